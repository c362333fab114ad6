import { beforeEach, expect, test } from "vitest";
import { ProblemError } from "@/api/problem";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { fieldErrors } from "./form";

beforeEach(() => overwriteGetLocale(() => "en"));

const problem = (...fields: [string, string][]) =>
  new ProblemError({
    type: "about:blank",
    title: "",
    status: 422,
    code: "invalid_input",
    errors: fields.map(([field, code]) => ({ field, code, detail: "is wrong" })),
  });

test("each field that the form has says what is wrong with it, in the language of the portal", () => {
  const told = fieldErrors(
    problem(["name", "required"], ["accent", "invalid"], ["hidden", "invalid"]),
    (name) => ["name", "accent"].includes(name),
  );
  expect(told).toEqual({ name: "Fill in this field.", accent: "This does not fit here." });
});

test("a form may say more of a field of its own", () => {
  const told = fieldErrors(problem(["accent", "invalid"]), () => true, { accent: "Choose a darker colour." });
  expect(told).toEqual({ accent: "Choose a darker colour." });
});

test("what is no problem of a field is left to others", () => {
  expect(fieldErrors(new Error("broken"), () => true)).toEqual({});
  expect(fieldErrors(problem(), () => true)).toEqual({});
});
