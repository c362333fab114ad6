/** What is sent to be granted is what was chosen, and nothing is chosen that nobody was shown. */
import { describe, expect, it } from "vitest";
import type { DriverAtAccount, Statement, StatementItem } from "@/api/types";
import { part, start } from "./choose";
import { boundsOf, collected } from "./statement";

function item(name: string, more: Partial<StatementItem> = {}): StatementItem {
  return {
    name,
    title: name,
    category: "device",
    type: "pattern",
    text: false,
    bounds: {},
    basic: false,
    company: "collected",
    personal: "collected",
    ...more,
  };
}

const statement: Statement = {
  items: [
    item("identity:serial", { category: "identifier", basic: true }),
    item("model", { basic: true, type: "text", text: true, bounds: { max_length: 64 } }),
    item("owner", { type: "text", text: true }),
    item("meter:pages", { category: "usage", type: "meter", bounds: { min: 0, max: 10 }, unit: "pages" }),
  ],
  asks: [],
  never: [],
};

const at = (more: Partial<DriverAtAccount>) => ({ granted: false, statement, ...more }) as DriverAtAccount;

describe("part", () => {
  it("names categories, texts and what is withheld of those categories", () => {
    expect(part(statement, new Set(["identity:serial", "model"]))).toEqual({
      categories: ["identifier", "device"],
      withheld: ["owner"],
      texts: ["model"],
    });
  });
});

describe("start", () => {
  it("is the basic set where nothing is granted", () => {
    expect([...start(at({}), statement)]).toEqual(["identity:serial", "model"]);
  });

  it("is all but free texts where the author marks nothing", () => {
    const unmarked = { ...statement, items: statement.items.map((one) => ({ ...one, basic: false })) };
    expect([...start(at({}), unmarked)]).toEqual(["identity:serial", "meter:pages"]);
  });

  it("is what is granted, without what an update asks for in addition", () => {
    const offered = { version: "2", digest: "d", asks_more: [{ name: "owner", how: "added" as const }] };
    const now = { ...statement, items: statement.items.filter(({ name }) => name !== "meter:pages") };
    const chosen = start(at({ granted: true, statement: now, offered }), statement);
    expect([...chosen]).toEqual(["identity:serial", "model"]);
  });
});

describe("statement", () => {
  it("tells each ownership by itself", () => {
    const personal = { ...statement, items: [item("model", { personal: "denied_by_policy" })] };
    expect(collected(personal, "company")).toHaveLength(1);
    expect(collected(personal, "personal")).toHaveLength(0);
  });

  it("shows bounds and units", () => {
    expect(boundsOf(statement.items[3] as StatementItem)).toBe("0 to 10 · pages");
    expect(boundsOf(statement.items[1] as StatementItem)).toBe("free text of at most 64 characters");
  });
});
