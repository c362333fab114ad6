import { expect, test } from "vitest";
import type { Brand } from "@/api/types";
import { contrastWithWhite, LEAST_CONTRAST } from "./contrast";
import { sourceOf } from "./source";

test("the contrast of a colour is told as the server reckons it", () => {
  expect(contrastWithWhite("#000000")).toBeCloseTo(21);
  expect(contrastWithWhite("#ffffff")).toBeCloseTo(1);
  expect(contrastWithWhite("#2F5bd8")).toBeGreaterThan(LEAST_CONTRAST);
  for (const bright of ["#ffee00", "#8fadff", "#00ff00"])
    expect(contrastWithWhite(bright)).toBeLessThan(LEAST_CONTRAST);
  for (const none of ["", "2f5bd8", "#2f5bd", "#2f5bd8ff", "red"])
    expect(contrastWithWhite(none)).toBeUndefined();
});

test("a part is the account's own, of the nearest above that says it, of one out of sight, or the platform's", () => {
  const own: Brand = { name: "Own" };
  const effective: Brand = {
    name: "Own",
    accent: "#112233",
    support_url: "https://x.example",
    logo_url: "/l",
  };
  const above = [
    { name: "Near", own: { accent: "#112233" } },
    { name: "Far", own: { accent: "#445566", logo_url: "/l" } },
  ];
  expect(sourceOf("name", own, effective, above)).toEqual({ kind: "own" });
  expect(sourceOf("accent", own, effective, above)).toEqual({ kind: "above", account: "Near" });
  expect(sourceOf("logo_url", own, effective, above)).toEqual({ kind: "above", account: "Far" });
  expect(sourceOf("support_url", own, effective, above)).toEqual({ kind: "unseen" });
  expect(sourceOf("support_email", own, effective, above)).toEqual({ kind: "platform" });
});
