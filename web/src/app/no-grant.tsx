/** Signed in, but nobody has granted anything yet. */
import { PRODUCT, useWorn } from "@/branding/worn";
import { Empty } from "@/design/feedback";
import { m } from "@/i18n";

export function NoGrant() {
  return (
    <main id="main">
      <h1 className="sr-only">{useWorn().name ?? PRODUCT}</h1>
      <Empty icon="key" title={m.no_grant_title()}>
        {m.no_grant_body()}
      </Empty>
    </main>
  );
}
