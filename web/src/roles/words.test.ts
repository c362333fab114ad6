import { expect, test } from "vitest";
import { PERMISSIONS } from "@/session/permission";
import { grouped, permissionName } from "./words";

test("every permission stands in exactly one group, in its order", () => {
  expect(grouped(PERMISSIONS).flatMap(({ permissions }) => permissions)).toEqual([...PERMISSIONS]);
});

test("only groups with something in them are shown", () => {
  expect(grouped(["view_audit", "unheard_of"])).toMatchObject([
    { id: "people", permissions: ["view_audit"] },
  ]);
});

test("a permission of a newer server stays readable", () => {
  expect(permissionName("unheard_of")).toBe("unheard of");
});
