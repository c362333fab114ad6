import { beforeEach, expect, test } from "vitest";
import { overwriteGetLocale } from "@/i18n/compiled/runtime.js";
import { touched } from "./live";
import { isFinal, ProblemError, parseProblem, problemMessage } from "./problem";

beforeEach(() => overwriteGetLocale(() => "de"));

test("the code decides the sentence, the server's English never shows", () => {
  const problem = parseProblem({ code: "denied", title: "x", detail: "Your role…", request_id: "r1" }, 403);
  expect(problemMessage(problem)).toBe("Ihre Rolle erlaubt das nicht.");
  expect(problem.requestId).toBe("r1");
});

test("a code that is new here falls back to what its status means", () => {
  expect(problemMessage(parseProblem({ code: "quota_reached" }, 409))).toContain("inzwischen geändert");
});

test("an answer that is no problem still is one", () => {
  const problem = parseProblem("<html>bad gateway</html>", 502, "r2");
  expect([problem.code, problem.status, problem.requestId]).toEqual(["internal", 502, "r2"]);
  expect(problemMessage(ProblemError.offline())).toBe("Der Server ist nicht erreichbar.");
});

test("only what may pass is tried again", () => {
  expect(isFinal(parseProblem(null, 404))).toBe(true);
  expect(isFinal(parseProblem(null, 429))).toBe(false);
  expect(isFinal(parseProblem(null, 503))).toBe(false);
});

test("a poke of an unknown type makes everything stale", () => {
  expect(touched("alerts")).toContain("summary");
  expect(touched("novelty")).toBe("all");
});
