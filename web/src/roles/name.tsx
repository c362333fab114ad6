/** A role's name; one that somebody made is marked, since it may be called like a built-in one. */
import { Badge } from "@/design/text";
import { m } from "@/i18n";
import { isMade, roleName } from "./role";

export function RoleName({ role, given }: { role: string; given?: string | null }) {
  return (
    <>
      {roleName(role, given ?? undefined)}
      {isMade(role) && (
        <>
          {" "}
          <Badge>{m.role_custom()}</Badge>
        </>
      )}
    </>
  );
}
