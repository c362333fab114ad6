/** States of a page besides its data: loading, empty, failed. */
import { createContext, type ReactNode, useContext } from "react";
import { ProblemError, parseProblem, problemMessage } from "@/api/problem";
import { m } from "@/i18n";
import { Button } from "./button";
import { Icon, type IconName } from "./icon";

type EmptyProps = { icon: IconName; title: string; children: ReactNode; action?: ReactNode };

/** Nothing to show: says why, and what to do next. */
export function Empty({ icon, title, children, action }: EmptyProps) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      <p>{children}</p>
      {action && <div className="actions">{action}</div>}
    </div>
  );
}

/** What one should know of a page before reading it. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <p className="notice" role="status">
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  );
}

/** Stands below "you may not": whom to ask for it, where the page knows. */
export const Refusal = createContext<ReactNode>(undefined);

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const ask = useContext(Refusal);
  const refused = error instanceof ProblemError && error.code === "denied";
  const requestId = error instanceof ProblemError ? error.requestId : undefined;
  return (
    <div className="empty" role="alert">
      <Icon name="warning" />
      <h2>{problemMessage(error)}</h2>
      {refused && ask}
      {requestId && <p className="mono faint">{m.problem_request_id({ id: requestId })}</p>}
      {onRetry && !(error instanceof ProblemError && (error.status === 403 || error.status === 404)) && (
        <div className="actions">
          <Button icon="refresh" onPress={onRetry}>
            {m.action_retry()}
          </Button>
        </div>
      )}
    </div>
  );
}

/** A page of which the role shows nothing at all. */
export function Refused() {
  return <Failed error={parseProblem(null, 403)} />;
}

const WIDTHS = ["72%", "54%", "63%", "48%", "80%", "59%"];

/** Grey lines where rows will be. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div className="card-body stack" aria-busy="true">
      <span className="sr-only">{m.state_loading()}</span>
      {Array.from({ length: rows }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines have no identity
        <span key={index} className="skeleton" style={{ width: WIDTHS[index % WIDTHS.length] }} />
      ))}
    </div>
  );
}

type LoadProps<T> = {
  query: { data: T | undefined; error: unknown; refetch: () => unknown };
  rows?: number;
  children: (data: T) => ReactNode;
};

/** Shows data as soon as there is any; a failed refresh keeps what was shown. */
export function Load<T>({ query, rows, children }: LoadProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failed error={query.error} onRetry={() => query.refetch()} />;
  return <Skeleton rows={rows} />;
}
