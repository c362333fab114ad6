import { expect, test } from "vitest";
import type { Account, Session } from "@/api/types";
import { directlyBelowPlatform } from "./above";
import { may, mayInstall, runsPlatform, safeNext } from "./session";

const account = (lineage: string, kind: Account["kind"]): Account => ({
  id: lineage,
  key: lineage,
  name: lineage,
  kind,
  parent_id: null,
  lineage,
  path: [],
  created_at: "2026-01-01T00:00:00Z",
  suspended_above: false,
  counts: { devices: 0, alerts_open: 0, collectors: 0 },
});

const session = (...grants: Account[]): Session => ({
  operator: { id: "1", email: "a@b.example", name: "A", locale: "en", review_since: null },
  csrf: "c",
  grants: grants.map((granted) => ({ account: granted, role: "owner", role_name: "owner" })),
});

test("what is offered is what the server permits on that account", () => {
  const here: Account = { ...account("/a1/c/", "customer"), permissions: ["view_devices", "handle_alerts"] };
  expect(may(here, "handle_alerts")).toBe(true);
  expect(may(here, "manage_devices")).toBe(false);
});

test("an account from a list, or none yet, offers nothing", () => {
  expect(may({ ...account("/a1/", "dealer"), permissions: null }, "view_accounts")).toBe(false);
  expect(may(undefined, "view_accounts")).toBe(false);
});

test("drivers are installed at the root only, whatever an owner's role holds elsewhere", () => {
  const permissions = ["install_drivers"];
  expect(mayInstall({ ...account("/", "platform"), permissions })).toBe(true);
  expect(mayInstall({ ...account("/a1/", "dealer"), permissions })).toBe(false);
});

test("who holds a grant on the root runs the platform", () => {
  expect(runsPlatform(session(account("/a1/", "dealer")))).toBe(false);
  expect(runsPlatform(session(account("/a1/", "dealer"), account("/", "platform")))).toBe(true);
});

test.each([
  ["/a/1/devices?q=x", "/a/1/devices?q=x"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["https://evil.example", "/"],
  ["/sign-in?next=/sign-in", "/"],
  [undefined, "/"],
])("after sign-in %s leads to %s", (next, target) => {
  expect(safeNext(next)).toBe(target);
});

test("only the platform is above a dealer of the first level", () => {
  expect(directlyBelowPlatform(account("/a1/", "dealer"))).toBe(true);
  expect(directlyBelowPlatform(account("/a1/b/", "dealer"))).toBe(false);
  expect(directlyBelowPlatform(account("/", "platform"))).toBe(false);
});
