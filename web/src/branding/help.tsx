/** Where people get help, as the brand says. */
import { m } from "@/i18n";
import { useWorn } from "./worn";

export function HelpLinks() {
  const { support_url: url, support_email: email } = useWorn();
  if (!url && !email) return null;
  return (
    <p className="help-links">
      {url && (
        <a href={url} target="_blank" rel="noreferrer">
          {m.help_link()}
        </a>
      )}
      {email && (
        <a href={`mailto:${encodeURIComponent(email).replace("%40", "@")}`} className="truncate">
          {email}
        </a>
      )}
    </p>
  );
}
