/** Modal dialogs. Focus stays inside, Escape closes, focus returns to what opened it. */
import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { m } from "@/i18n";
import { Button } from "./button";

type Props = {
  title: string;
  open: boolean;
  onClose: () => void;
  wide?: boolean;
  role?: "dialog" | "alertdialog";
  children: ReactNode;
};

export function Dialog({ title, open, onClose, wide, role = "dialog", children }: Props) {
  return (
    <ModalOverlay
      className="overlay"
      isOpen={open}
      onOpenChange={(now) => !now && onClose()}
      isDismissable={role === "dialog"}
    >
      <Modal className={wide ? "modal modal--wide" : "modal"}>
        <AriaDialog className="dialog" role={role}>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

type ConfirmProps = {
  title: string;
  body: string;
  action: string;
  open: boolean;
  busy?: boolean;
  onClose: () => void;
  onConfirm: () => void;
};

/** Asks before work that cannot be undone; says what will happen and names the action on the button. */
export function Confirm({ title, body, action, open, busy, onClose, onConfirm }: ConfirmProps) {
  return (
    <Dialog title={title} open={open} onClose={onClose} role="alertdialog">
      <p className="muted">{body}</p>
      <div className="dialog-actions">
        <Button onPress={onClose} autoFocus>
          {m.action_cancel()}
        </Button>
        <Button look="danger" onPress={onConfirm} isPending={busy}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
