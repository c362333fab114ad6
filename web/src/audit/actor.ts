/** Who acted, in words: a name where one is known, what the platform did by itself, else the kind and the end of the id. */
import type { AuditEntry } from "@/api/types";
import { jobWord, kindWord } from "./words";

const SHORT = 8;

/** `token:<id>/operator:<id>` names both: the token acted, its maker answers for it. */
function operatorOf(actor: AuditEntry["actor"]): string | undefined {
  if (actor.kind === "operator") return actor.id ?? undefined;
  return actor.id?.split("/operator:")[1];
}

export function actorName(actor: AuditEntry["actor"], names: ReadonlyMap<string, string>): string {
  if (actor.name) return actor.name;
  const operator = operatorOf(actor);
  const known = operator && names.get(operator);
  if (known) return known;
  if (actor.kind === "system" && actor.id) return jobWord(actor.id);
  return actor.id && actor.kind !== "driver"
    ? `${kindWord(actor.kind)} ${actor.id.slice(-SHORT)}`
    : (actor.id ?? kindWord(actor.kind));
}

/** As the filter takes it. */
export function actorKey(actor: AuditEntry["actor"]): string | undefined {
  return actor.id ? `${actor.kind}:${actor.id}` : undefined;
}

/** The actor that a filter names. */
export function actorOf(key: string): AuditEntry["actor"] {
  const at = key.indexOf(":");
  return at < 0 ? { kind: key } : { kind: key.slice(0, at), id: key.slice(at + 1) };
}
