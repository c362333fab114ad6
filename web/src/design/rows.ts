/** Which row a key moves to. */

type Step = (from: number, count: number, page: number) => number;

const STEPS = new Map<string, Step>([
  ["ArrowDown", (from) => from + 1],
  ["ArrowUp", (from) => from - 1],
  ["PageDown", (from, _count, page) => from + page],
  ["PageUp", (from, _count, page) => from - page],
  ["Home", () => 0],
  ["End", (_from, count) => count - 1],
]);

/** Undefined when the key is not for the table. */
export function rowAfter(key: string, from: number, count: number, page: number): number | undefined {
  const step = STEPS.get(key);
  return step && count > 0 ? Math.max(0, Math.min(count - 1, step(from, count, page))) : undefined;
}
