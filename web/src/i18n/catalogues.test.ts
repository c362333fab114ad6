import { expect, test } from "vitest";
import { faults, load } from "../../scripts/check-catalogues.mjs";

test("every language has every key, each is used, and placeholders agree", () => {
  const { catalogues, used } = load();
  expect(Object.keys(catalogues).sort()).toEqual(["de", "en", "fr", "nl"]);
  expect(faults(catalogues, used)).toEqual([]);
});

test("the check finds what it is for", () => {
  const catalogues = {
    en: { kept: "Hello {name}", unused: "x", lost: "y" },
    de: { kept: "Hallo {nome}", unused: "x" },
  };
  expect(faults(catalogues, new Set(["kept", "lost", "invented"]))).toEqual([
    "kept: other placeholders in de than in en",
    "unused: used nowhere",
    "lost: missing in de",
    "invented: used but in no catalogue",
  ]);
});

test("no translation was forgotten as English", () => {
  const { catalogues } = load();
  const long = Object.entries<string>(catalogues.en).filter(
    ([key, text]) => key !== "$schema" && typeof text === "string" && text.length > 24,
  );
  for (const locale of ["de", "nl", "fr"]) {
    const same = long.filter(([key, text]) => catalogues[locale][key] === text).map(([key]) => key);
    expect(same, locale).toEqual([]);
  }
});
