import { expect, test } from "vitest";
import { tokenIn } from "./token";

const secret = "A".repeat(49);

test("the secret of a link is read from behind the hash", () => {
  expect(tokenIn(`#token=bwi_${secret}`, "invitation")).toBe(`bwi_${secret}`);
  expect(tokenIn(`#token=bwp_${secret}`, "reset")).toBe(`bwp_${secret}`);
});

test("what is no secret of this kind is none", () => {
  for (const hash of [
    "",
    "#",
    "#token=",
    `#token=bwp_${secret}`,
    `#token=bwi_${secret}A`,
    `#token=bwi_${secret.slice(1)}`,
    `#token=bwi_${secret.slice(1)}/`,
    `#next=bwi_${secret}`,
    "#token=javascript:alert(1)",
  ])
    expect(tokenIn(hash, "invitation"), hash).toBeUndefined();
});
