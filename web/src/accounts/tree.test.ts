import { beforeEach, expect, test } from "vitest";
import type { Account } from "@/api/types";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { inTreeOrder } from "./tree";

beforeEach(() => overwriteGetLocale(() => "de"));

function account(...names: string[]): Account {
  const path = names.map((name, depth) => ({
    id: names.slice(0, depth + 1).join("/"),
    name,
    kind: "dealer" as const,
  }));
  return {
    id: names.join("/"),
    key: "k",
    name: names.at(-1) ?? "",
    kind: "dealer",
    parent_id: null,
    lineage: `/${names.join("/")}/`,
    path,
    created_at: "2026-01-01T00:00:00Z",
    suspended_above: false,
    counts: { devices: 0, alerts_open: 0, collectors: 0 },
  };
}

test("an account stands before those below it, siblings in the reader's order, none twice", () => {
  const [nord, aue, oel, zeh, sued] = [
    account("Nord"),
    account("Nord", "Aue 10"),
    account("Nord", "Öl"),
    account("Nord", "Zeh"),
    account("Süd"),
  ] as const;
  const two = account("Nord", "Aue 2");
  const order = inTreeOrder([sued, zeh, aue, nord, oel, two, nord]).map(({ name }) => name);
  expect(order).toEqual(["Nord", "Aue 2", "Aue 10", "Öl", "Zeh", "Süd"]);
});

test("two accounts of one name keep their own children", () => {
  const left = { ...account("A"), id: "1", path: [{ id: "1", name: "A", kind: "dealer" as const }] };
  const right = { ...account("A"), id: "2", path: [{ id: "2", name: "A", kind: "dealer" as const }] };
  const below = { ...account("Z"), path: [...left.path, { id: "3", name: "Z", kind: "customer" as const }] };
  expect(inTreeOrder([right, below, left]).map(({ name, id }) => `${name}${id}`)).toEqual(["A1", "ZZ", "A2"]);
});
