/** Where a part of a brand comes from. */
import type { Brand } from "@/api/types";
import { m } from "@/i18n";

export type Source =
  | { kind: "own" }
  | { kind: "above"; account: string }
  /** An account above that the reader does not see. */
  | { kind: "unseen" }
  | { kind: "platform" };

/** `above` are the accounts on the way up that the reader sees, the nearest first. */
export function sourceOf(
  part: keyof Brand,
  own: Brand,
  effective: Brand,
  above: { name: string; own: Brand }[],
): Source {
  if (own[part]) return { kind: "own" };
  const found = above.find((one) => one.own[part]);
  if (found) return { kind: "above", account: found.name };
  return { kind: effective[part] ? "unseen" : "platform" };
}

export function sourceWords(source: Source): string {
  switch (source.kind) {
    case "own":
      return m.branding_own();
    case "above":
      return m.branding_from({ account: source.account });
    case "unseen":
      return m.branding_from_above();
    case "platform":
      return m.branding_from_platform();
  }
}
