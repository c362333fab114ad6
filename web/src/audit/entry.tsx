/** One audit entry, and what it changed when opened. */
import { useId, useState } from "react";
import { Button as AriaButton } from "react-aria-components";
import type { AuditEntry } from "@/api/types";
import { Icon } from "@/design/icon";
import { Badge, Nothing } from "@/design/text";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { actorKey, actorName } from "./actor";
import { changes } from "./diff";
import type { AuditSearch } from "./search";
import { actionWord, kindWord } from "./words";

const EXACT: Intl.DateTimeFormatOptions = { dateStyle: "medium", timeStyle: "medium" };

type Props = {
  entry: AuditEntry;
  names: ReadonlyMap<string, string>;
  onFilter: (change: Partial<AuditSearch>) => void;
};

export function EntryRow({ entry, names, onFilter }: Props) {
  const [open, setOpen] = useState(false);
  const details = useId();
  return (
    <>
      <tr>
        <td className="audit-toggle">
          <AriaButton
            className="button button--quiet button--icon button--small"
            aria-expanded={open}
            aria-controls={open ? details : undefined}
            aria-label={`${m.audit_details()}: ${actionWord(entry.action)}`}
            onPress={() => setOpen(!open)}
          >
            <Icon name="chevron" />
          </AriaButton>
        </td>
        <td className="rare audit-time">
          <When entry={entry} />
        </td>
        <td>
          <Who entry={entry} names={names} onFilter={onFilter} />
          <span className="cell-sub narrow">
            <When entry={entry} />
          </span>
        </td>
        <td>
          {actionWord(entry.action)}
          <code className="cell-sub">{entry.action}</code>
          <span className="narrow">
            <What object={entry.object} names={names} />
          </span>
        </td>
        <td className="rare">
          <What object={entry.object} names={names} />
        </td>
        <td className="rare mono">{entry.source ?? <Nothing />}</td>
        <td className="rare">
          <Seal entry={entry} />
        </td>
      </tr>
      {open && (
        <tr id={details} className="audit-open">
          <td colSpan={7}>
            <p className="narrow">
              {m.audit_source()}: <span className="mono">{entry.source ?? <Nothing />}</span>{" "}
              <Seal entry={entry} />
            </p>
            {entry.reason && <p>{m.audit_reason({ reason: entry.reason })}</p>}
            {entry.erased ? <p className="muted">{m.audit_erased()}</p> : <Diff entry={entry} />}
          </td>
        </tr>
      )}
    </>
  );
}

function When({ entry }: { entry: AuditEntry }) {
  return <time dateTime={entry.at}>{dateTime(entry.at, EXACT)}</time>;
}

function Seal({ entry }: { entry: AuditEntry }) {
  return entry.sealed ? (
    <Badge tone="good">{m.audit_is_sealed()}</Badge>
  ) : (
    <Badge>{m.audit_not_sealed()}</Badge>
  );
}

const SHORT = 8;

function What({ object, names }: { object: AuditEntry["object"]; names: ReadonlyMap<string, string> }) {
  const name = object.name ?? (object.id ? names.get(object.id) : undefined);
  return (
    <>
      {name ?? (
        <span className="mono" title={object.id ?? undefined}>
          {object.id && object.id.length > 20 ? `…${object.id.slice(-SHORT)}` : object.id}
        </span>
      )}
      <span className="cell-sub">{kindWord(object.kind)}</span>
    </>
  );
}

function Who({ entry, names, onFilter }: Props) {
  const name = actorName(entry.actor, names);
  const key = actorKey(entry.actor);
  return (
    <>
      {key ? (
        <AriaButton
          className="link"
          aria-label={m.audit_only_actor({ name })}
          onPress={() => onFilter({ actor: key })}
        >
          {name}
        </AriaButton>
      ) : (
        name
      )}
      <span className="cell-sub">
        {entry.as ? m.audit_as({ name: actorName(entry.as, names) }) : <ActorKind actor={entry.actor} />}
      </span>
      {entry.through && (
        <span className="cell-sub audit-through">{m.audit_through({ account: entry.through.name })}</span>
      )}
    </>
  );
}

/** What the platform did by itself says so in its name; below stands what the log calls it. */
function ActorKind({ actor }: { actor: AuditEntry["actor"] }) {
  return actor.kind === "system" && actor.id ? <code>{actor.id}</code> : kindWord(actor.kind);
}

function Diff({ entry }: { entry: AuditEntry }) {
  const lines = changes(entry.before, entry.after);
  if (lines.length === 0) return <p className="muted">{m.audit_no_detail()}</p>;
  return (
    <table className="diff">
      <thead>
        <tr>
          <th scope="col">{m.audit_field()}</th>
          <th scope="col">{m.audit_before()}</th>
          <th scope="col">{m.audit_after()}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.field}>
            <th scope="row">{line.field}</th>
            <td>{line.before === undefined ? <Nothing /> : <del>{line.before}</del>}</td>
            <td>{line.after === undefined ? <Nothing /> : <ins>{line.after}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
