/** The fields of a site: its name, its address ranges, how often it is polled, the SNMP community. */
import { Select, TextField } from "@/design/fields";
import { Icon } from "@/design/icon";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { isPrivate, parseRanges } from "./ranges";

export type SiteDraft = { name: string; ranges: string; seconds: string; community: string };

export const NEW_SITE: SiteDraft = { name: "", ranges: "", seconds: "300", community: "" };

const SCHEDULES = [60, 300, 900, 3600, 14_400, 86_400];

/** "5 minutes": the largest unit that is whole. */
export function span(seconds: number): string {
  if (seconds % 60 !== 0) return number(seconds, { style: "unit", unit: "second", unitDisplay: "long" });
  if (seconds % 3600 === 0)
    return number(seconds / 3600, { style: "unit", unit: "hour", unitDisplay: "long" });
  return number(seconds / 60, { style: "unit", unit: "minute", unitDisplay: "long" });
}

/** The request's body, or undefined while something is missing or wrong. */
export function siteBody(draft: SiteDraft) {
  const { ranges, wrong } = parseRanges(draft.ranges);
  if (!draft.name.trim() || ranges.length === 0 || wrong.length > 0) return undefined;
  const community = draft.community.trim();
  return {
    name: draft.name.trim(),
    settings: { ranges, poll_seconds: Number(draft.seconds), ...(community && { community }) },
  };
}

type Props = { draft: SiteDraft; onChange: (draft: SiteDraft) => void; communitySet?: boolean };

export function SiteFields({ draft, onChange, communitySet }: Props) {
  const { ranges, wrong } = parseRanges(draft.ranges);
  const open = ranges.find((range) => !isPrivate(range));
  const schedules = SCHEDULES.includes(Number(draft.seconds))
    ? SCHEDULES
    : [Number(draft.seconds), ...SCHEDULES];
  return (
    <>
      <TextField
        label={m.site_name()}
        value={draft.name}
        onChange={(name) => onChange({ ...draft, name })}
        placeholder={m.site_name_example()}
        isRequired
        autoFocus
      />
      <TextField
        label={m.site_ranges()}
        hint={m.site_ranges_hint()}
        value={draft.ranges}
        onChange={(ranges) => onChange({ ...draft, ranges })}
        error={wrong.length > 0 ? m.site_ranges_wrong({ range: wrong[0] ?? "" }) : undefined}
        placeholder="10.20.0.0/24"
        lines={3}
        isRequired
      />
      {open && (
        <p className="notice" role="status">
          <Icon name="warning" />
          {m.site_ranges_public({ range: open })}
        </p>
      )}
      <Select
        label={m.site_schedule()}
        choices={schedules.map((seconds) => ({
          id: String(seconds),
          name: m.site_every({ span: span(seconds) }),
        }))}
        value={draft.seconds}
        onChange={(seconds) => onChange({ ...draft, seconds })}
      />
      <TextField
        label={m.site_community()}
        hint={communitySet ? m.site_community_set() : m.site_community_hint()}
        value={draft.community}
        onChange={(community) => onChange({ ...draft, community })}
        type="password"
        autoComplete="off"
      />
    </>
  );
}
