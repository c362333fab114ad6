/** What stands in the way of a move, in sentences. */
import type { MoveConflict } from "@/api/types";
import { Icon } from "@/design/icon";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { quotaWord } from "./words";

export function Conflicts({ conflicts }: { conflicts: MoveConflict[] }) {
  return (
    <ul className="move-conflicts">
      {conflicts.map((conflict) => (
        <li key={`${conflict.code} ${conflict.name ?? conflict.what ?? ""}`}>
          <Icon name="warning" />
          {sentence(conflict)}
        </li>
      ))}
    </ul>
  );
}

function sentence(conflict: MoveConflict): string {
  switch (conflict.code) {
    case "same_place":
      return m.conflict_same_place();
    case "cycle":
      return m.conflict_cycle();
    case "kind":
      return m.conflict_kind();
    case "depth":
      return m.conflict_depth();
    case "deletion":
      return m.conflict_deletion();
    case "role_made_above":
      return m.conflict_role({ name: conflict.name ?? "", count: number(conflict.grants ?? 0) });
    case "nobody_to_lift":
      return m.conflict_dead_end();
    case "quota":
      return m.conflict_quota({
        what: quotaWord(conflict.what ?? "devices"),
        limit: number(conflict.limit ?? 0),
        count: number(conflict.would_be ?? 0),
      });
  }
}
