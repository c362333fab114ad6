import { expect, test } from "vitest";
import type { Account, Session } from "@/api/types";
import { may, roleOn, safeNext } from "./session";

const account = (lineage: string, kind: Account["kind"]): Account => ({
  id: lineage,
  key: lineage,
  name: lineage,
  kind,
  parent_id: null,
  lineage,
  path: [],
  created_at: "2026-01-01T00:00:00Z",
  counts: { devices: 0, alerts_open: 0, collectors: 0 },
});

const session = (...grants: Session["grants"]): Session => ({
  operator: { id: "1", email: "a@b.example", name: "A", locale: "en" },
  csrf: "c",
  grants,
});

test("a grant holds for the subtree and not for a sibling whose key begins alike", () => {
  const grants: Session["grants"] = [
    { account: account("/a1/", "dealer"), role: "technician" },
    { account: account("/a1/c/", "customer"), role: "owner" },
  ];
  expect(roleOn(grants, "/a1/b/")).toBe("technician");
  expect(roleOn(grants, "/a1/c/")).toBe("owner");
  expect(roleOn(grants, "/a10/")).toBeUndefined();
});

test("what is offered follows the role", () => {
  const here = account("/a1/c/", "customer");
  const as = (role: "owner" | "technician" | "viewer") =>
    session({ account: account("/a1/", "dealer"), role });
  expect(may(as("viewer"), here, "operate")).toBe(false);
  expect(may(as("technician"), here, "operate")).toBe(true);
  expect(may(as("technician"), here, "administer")).toBe(false);
  expect(may(as("owner"), here, "install")).toBe(false);
  expect(may(session({ account: account("/", "platform"), role: "owner" }), here, "install")).toBe(true);
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
