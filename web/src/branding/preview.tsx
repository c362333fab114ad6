/** What a brand looks like, in both themes, before it is kept. */
import type { Brand } from "@/api/types";
import { m } from "@/i18n";
import { contrastWithWhite } from "./contrast";
import { BrandMark } from "./mark";

export function Preview({ brand }: { brand: Brand }) {
  const accent = brand.accent?.trim();
  const known = accent && contrastWithWhite(accent) !== undefined ? accent : undefined;
  return (
    <div className="branding-previews" aria-hidden="true">
      {(["light", "dark"] as const).map((theme) => (
        <div
          key={theme}
          className="branding-preview"
          data-theme={theme}
          data-brand={known === undefined ? undefined : ""}
          style={known === undefined ? undefined : ({ "--brand": known } as React.CSSProperties)}
        >
          <div className="brand">
            <BrandMark brand={brand} />
          </div>
          <strong>{m.signin_title()}</strong>
          <span className="branding-line" />
          <span className="branding-line" />
          <span className="button button--primary branding-button">{m.signin_action()}</span>
          <span className="branding-link">{m.forgot_title()}</span>
        </div>
      ))}
    </div>
  );
}
