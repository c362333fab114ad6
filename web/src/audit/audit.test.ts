import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { actorKey, actorName } from "./actor";
import { changes } from "./diff";
import { auditQuery, parseAuditSearch } from "./search";
import { actionWord, hasActionWord } from "./words";

/** Files of the server that write entries, or name what is written. */
const WRITES = /\bEntry::new\(|\bjournal::record\(|"look\./;
/** What such a file also calls by two words: fields of the API. */
const FIELD = /\.(id|kind|name)$/;

function serverActions(): Set<string> {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const files = ["host", "tenants"].flatMap((part) =>
    readdirSync(`${root}${part}`).flatMap((crate) => {
      const src = `${root}${part}/${crate}/src`;
      if (!existsSync(src)) return [];
      return readdirSync(src, { recursive: true, encoding: "utf8" }).map((file) => `${src}/${file}`);
    }),
  );
  const texts = files.filter((file) => file.endsWith(".rs")).map((file) => readFileSync(file, "utf8"));
  const named = texts
    .filter((text) => WRITES.test(text))
    .flatMap((text) => [...text.matchAll(/"([a-z_]+\.[a-z_]+)"/g)].map((match) => match[1] ?? ""));
  return new Set(named.filter((action) => !FIELD.test(action)));
}

test("every action that the server writes has words", () => {
  const actions = serverActions();
  for (const known of ["account.moved_away", "alert.acknowledged", "grant.given", "look.devices"])
    expect(actions).toContain(known);
  expect([...actions].filter((action) => !hasActionWord(action)).sort()).toEqual([]);
});

test("an action that is not known stays readable", () => {
  expect(actionWord("account.moved_away")).toBe("Account moved away");
  expect(actionWord("kettle.lid_lifted")).toBe("Kettle lid lifted");
});

test("only what differs is shown, however deep", () => {
  expect(
    changes(
      { name: "a", settings: { poll: 300, ranges: ["x"] } },
      { name: "a", settings: { poll: 60, ranges: ["x"] } },
    ),
  ).toEqual([{ field: "settings.poll", before: "300", after: "60" }]);
});

test("an absent side shows all of the other", () => {
  expect(changes(null, { role: "owner", gone: null })).toEqual([
    { field: "role", before: undefined, after: "owner" },
  ]);
  expect(changes(undefined, undefined)).toEqual([]);
});

test("days of the address become instants that include the last day", () => {
  const search = parseAuditSearch({ from: "2026-11-01", to: "2026-11-02", action: "site", actor: 5 });
  expect(search).toEqual({ from: "2026-11-01", to: "2026-11-02", action: "site" });
  expect(auditQuery(search)).toEqual({
    action: "site",
    from: "2026-11-01T00:00:00.000Z",
    to: "2026-11-03T00:00:00.000Z",
  });
  expect(parseAuditSearch({ from: "yesterday", to: "2026-13-40" })).toEqual({});
});

test("only what was done from above is asked for by the API's own name", () => {
  expect(auditQuery(parseAuditSearch({ above: true, object: "device" }))).toEqual({
    object: "device",
    from_above: true,
  });
  expect(parseAuditSearch({ above: "yes" })).toEqual({});
});

test("an actor is named by what is known of it", () => {
  const names = new Map([["018f-aaaa", "Maren Holt"]]);
  const actor = (kind: string, id: string | null, name: string | null = null) => ({ kind, id, name });
  expect(actorName(actor("operator", "018f-aaaa"), names)).toBe("Maren Holt");
  expect(actorName(actor("token", "018f-bbbb/operator:018f-aaaa"), names)).toBe("Maren Holt");
  expect(actorName(actor("collector", "018f0000-1234abcd"), names)).toBe("Collector 1234abcd");
  expect(actorName(actor("system", "account-move"), names)).toBe("Platform: move");
  expect(actorName(actor("system", "night-watch"), names)).toBe("Platform: Night watch");
  expect(actorName(actor("operator", "x", "Given"), names)).toBe("Given");
  expect(actorKey(actor("operator", "018f-aaaa"))).toBe("operator:018f-aaaa");
  expect(actorKey(actor("system", null))).toBeUndefined();
});
