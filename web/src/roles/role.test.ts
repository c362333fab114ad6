import { beforeEach, expect, test } from "vitest";
import type { Role } from "@/api/types";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { inOrder, isMade, roleChoices, roleName, roleWhat } from "./role";

beforeEach(() => overwriteGetLocale(() => "de"));

const role = (role: string, name = role, account_id: string | null = null): Role => ({
  role,
  name,
  account_id,
  permissions: ["view_accounts"],
});

test("built-in roles stand first and the mightiest of them on top, made ones by their name", () => {
  const roles = [
    role("2", "Zeh", "a"),
    role("viewer"),
    role("1", "Ärger", "a"),
    role("owner"),
    role("helpdesk"),
  ];
  expect(inOrder(roles).map(({ name }) => name)).toEqual(["owner", "helpdesk", "viewer", "Ärger", "Zeh"]);
});

test("a built-in role is named in the reader's language, a made one as its maker named it", () => {
  expect(roleName("technician", "technician")).toBe("Techniker");
  expect(roleName("018f-aaaa", "Druckservice")).toBe("Druckservice");
  expect(roleWhat("018f-aaaa")).toBeUndefined();
});

test("a made role is marked, also where it is called like a built-in one", () => {
  expect(isMade("owner")).toBe(false);
  expect(roleChoices([role("018f-aaaa", "Eigentümer", "a"), role("owner")])).toEqual([
    { id: "owner", name: "Eigentümer" },
    { id: "018f-aaaa", name: "Eigentümer", mark: "Eigene" },
  ]);
});
