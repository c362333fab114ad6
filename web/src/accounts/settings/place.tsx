/** Where an account lies in the tree, the way to move it, and what became of moves. */
import { Link } from "@tanstack/react-router";
import type { Account, Move } from "@/api/types";
import { Card } from "@/design/page";
import { Badge, type Tone } from "@/design/text";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";
import { AccountName } from "../name";
import { Conflicts } from "./conflicts";
import { useMoves } from "./queries";

export function PlaceCard({ account }: { account: Account }) {
  const moves = useMoves(account.id).data ?? [];
  const waiting = moves.some((move) => move.state === "queued");
  const above = account.path.slice(0, -1);
  return (
    <Card
      title={m.place_title()}
      actions={
        !account.erase_at &&
        !waiting && (
          <Link className="button" to="/a/$account/settings/move" params={{ account: account.id }}>
            {m.move_action()}
          </Link>
        )
      }
    >
      <p>
        {above.length > 0
          ? m.place_below({ names: above.map(({ name }) => name).join(" › ") })
          : m.place_unseen()}
      </p>
      {moves.length > 0 && (
        <ul className="settings-log" aria-label={m.moves_title()}>
          {moves.slice(0, 5).map((move) => (
            <MoveLine key={move.id} move={move} />
          ))}
        </ul>
      )}
    </Card>
  );
}

const STATES: Record<Move["state"], { tone: Tone; word: () => string }> = {
  queued: { tone: "accent", word: m.move_queued },
  done: { tone: "good", word: m.move_done },
  refused: { tone: "warn", word: m.move_refused },
  failed: { tone: "bad", word: m.move_failed },
};

function MoveLine({ move }: { move: Move }) {
  const { tone, word } = STATES[move.state];
  const conflicts = move.result?.conflicts ?? [];
  return (
    <li>
      <div className="settings-log-line" role={move.state === "queued" ? "status" : undefined}>
        <Badge tone={tone}>{word()}</Badge>
        <span>
          <AccountName id={move.from_parent_id} /> → <AccountName id={move.to_parent_id} />
        </span>
        <time className="faint" dateTime={move.ended_at ?? move.requested_at}>
          {dateTime(move.ended_at ?? move.requested_at)}
        </time>
      </div>
      {conflicts.length > 0 && <Conflicts conflicts={conflicts} />}
    </li>
  );
}
