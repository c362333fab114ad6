/** What stands where a page cannot be shown. */
import { Link } from "@tanstack/react-router";
import { Empty, Failed } from "@/design/feedback";
import { m } from "@/i18n";

/** A page failed; the portal around it still works. */
export function Lost({ error, reset }: { error: unknown; reset: () => void }) {
  return <Failed error={error} onRetry={reset} />;
}

export function NotFound() {
  return (
    <Empty icon="search" title={m.not_found_title()} action={<Link to="/">{m.not_found_home()}</Link>}>
      {m.not_found_body()}
    </Empty>
  );
}
