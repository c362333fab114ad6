/** What the address of a move says: the account below which another is to lie. */
export type MoveSearch = { to?: string | undefined };

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function parseMoveSearch(search: Record<string, unknown>): MoveSearch {
  // said also where it is none: what is left out would stay as it was typed
  return { to: typeof search.to === "string" && ID.test(search.to) ? search.to : undefined };
}
