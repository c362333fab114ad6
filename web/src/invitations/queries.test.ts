import { expect, test } from "vitest";
import type { Invitation, Mail } from "@/api/types";
import { withMails } from "./queries";

test("an invitation has its own latest mail", () => {
  const invitation = (id: string) => ({ id }) as Invitation;
  const mail = (subject_id: string | null, state: string) => ({ subject_id, state }) as Mail;
  const mails = [mail("b", "sent"), mail("a", "failed"), mail("a", "sent"), mail(null, "sent")];
  const states = withMails([invitation("a"), invitation("b"), invitation("c")], mails).map(
    (row) => row.mail?.state,
  );
  expect(states).toEqual(["failed", "sent", undefined]);
});
