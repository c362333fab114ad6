import { expect, test } from "vitest";
import { answerIn } from "./answer";

test("an answer has a state, and is read as it is written", () => {
  expect(answerIn("?code=a%2Bb&state=5e10&iss=https%3A%2F%2Fx.example")).toEqual({
    code: "a+b",
    state: "5e10",
    iss: "https://x.example",
    error: undefined,
  });
  expect(answerIn("?error=access_denied&state=x")).toMatchObject({ error: "access_denied", code: undefined });
  expect(answerIn("?code=a")).toBeUndefined();
  expect(answerIn("")).toBeUndefined();
});
