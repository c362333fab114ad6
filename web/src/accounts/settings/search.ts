/** What the address of a move says: the account below which another is to lie. */
export type MoveSearch = { to?: string };

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function parseMoveSearch(search: Record<string, unknown>): MoveSearch {
  return typeof search.to === "string" && ID.test(search.to) ? { to: search.to } : {};
}
