/**
 * Short messages at the edge of the window, spoken politely. One with an action (undo) stays until it is
 * used or closed; the others leave after six seconds unless the pointer or the focus is on them.
 */
import { useEffect, useState, useSyncExternalStore } from "react";
import { Button as AriaButton } from "react-aria-components";
import { ProblemError, problemMessage } from "@/api/problem";
import { m } from "@/i18n";
import { Button } from "./button";
import { Icon } from "./icon";

type Toast = {
  id: number;
  text: string;
  detail?: string;
  bad?: boolean;
  /** `about` names what the action works on, so that it can be withdrawn with it. */
  action?: { label: string; run: () => void; about?: string };
};

const STAY_MS = 6000;
const STAY_WITH_ACTION_MS = 12_000;
let toasts: Toast[] = [];
let nextId = 1;
const listeners = new Set<() => void>();

function publish(next: Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, action?: Toast["action"]): void {
  publish([...toasts, { id: nextId++, text, action }].slice(-4));
}

/** Says what failed, with the request id that support can look up. */
export function toastProblem(error: unknown): void {
  const requestId = error instanceof ProblemError ? error.requestId : undefined;
  const detail = requestId ? m.problem_request_id({ id: requestId }) : undefined;
  publish([...toasts, { id: nextId++, text: problemMessage(error), detail, bad: true }].slice(-4));
}

function dismiss(id: number): void {
  publish(toasts.filter((toast) => toast.id !== id));
}

/** Withdraws every offer to act on a thing that is no longer as it was. */
export function dismissAbout(about: string): void {
  publish(toasts.filter((toast) => toast.action?.about !== about));
}

export function ToastRegion() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section className="toasts" aria-label={m.toast_region()} aria-live="polite" aria-relevant="additions">
      {shown.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastCard({ toast }: { toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismiss(toast.id), toast.action ? STAY_WITH_ACTION_MS : STAY_MS);
    return () => clearTimeout(timer);
  }, [held, toast]);
  const { action } = toast;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only pauses the timer
    <div
      className={toast.bad ? "toast toast--bad" : "toast"}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon name={toast.bad ? "warning" : "check"} />
      <div className="toast-text">
        {toast.text}
        {toast.detail && <span className="cell-sub mono">{toast.detail}</span>}
      </div>
      {action && (
        <Button
          small
          look="quiet"
          onPress={() => {
            dismiss(toast.id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <AriaButton
        className="button button--quiet button--icon button--small"
        aria-label={m.action_close()}
        onPress={() => dismiss(toast.id)}
      >
        <Icon name="close" />
      </AriaButton>
    </div>
  );
}
