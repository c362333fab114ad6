/** Takes along all that is kept of an account, as a file that is fetched once. */
import { useQueryClient } from "@tanstack/react-query";
import type { Account, Export } from "@/api/types";
import { Button } from "@/design/button";
import { Load } from "@/design/feedback";
import { Icon } from "@/design/icon";
import { Card } from "@/design/page";
import { Badge, Nothing, type Tone } from "@/design/text";
import { toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { bytes, dateTime, number } from "@/i18n/format";
import { useExports, useRequestExport } from "./queries";

/** By then the server has noted that the file was fetched. */
const FETCHED_MS = 1500;

export function ExportCard({ account }: { account: Account }) {
  const exports = useExports(account.id, true);
  const request = useRequestExport(account.id);
  const waiting = exports.data?.some((one) => one.state === "queued") ?? false;
  return (
    <Card
      title={m.exports_title()}
      actions={
        <Button
          isPending={request.isPending}
          isDisabled={waiting}
          onPress={() => request.mutate(undefined, { onError: toastProblem })}
        >
          {m.exports_request()}
        </Button>
      }
    >
      <p className="muted">{m.exports_lead()}</p>
      <Load query={exports} rows={2}>
        {(rows) => rows.length > 0 && <ExportTable account={account.id} exports={rows} />}
      </Load>
    </Card>
  );
}

const STATES: Record<Export["state"], { tone: Tone; word: () => string }> = {
  queued: { tone: "accent", word: m.export_queued },
  ready: { tone: "good", word: m.export_ready },
  fetched: { tone: "calm", word: m.export_fetched },
  expired: { tone: "calm", word: m.export_expired },
  failed: { tone: "bad", word: m.export_failed },
};

function ExportTable({ account, exports }: { account: string; exports: Export[] }) {
  const client = useQueryClient();
  const look = () =>
    setTimeout(() => client.invalidateQueries({ queryKey: ["exports", account] }), FETCHED_MS);
  return (
    <div className="settings-table">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{m.exports_requested()}</th>
            <th scope="col">{m.col_state()}</th>
            <th scope="col" className="number">
              {m.exports_rows()}
            </th>
            <th scope="col" className="number">
              {m.exports_size()}
            </th>
            <th scope="col">{m.exports_until()}</th>
            <th scope="col">
              <span className="sr-only">{m.col_actions()}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {exports.map((one) => (
            <tr key={one.id}>
              <td className="nowrap">{dateTime(one.requested_at)}</td>
              <td>
                <Badge tone={STATES[one.state].tone}>{STATES[one.state].word()}</Badge>
              </td>
              <td className="number">{one.rows == null ? <Nothing /> : number(one.rows)}</td>
              <td className="number">{one.bytes == null ? <Nothing /> : bytes(one.bytes)}</td>
              <td className="nowrap">
                {one.state === "ready" && one.expires_at ? dateTime(one.expires_at) : <Nothing />}
              </td>
              <td>
                <div className="actions">
                  {one.state === "ready" && (
                    <a
                      className="button button--small"
                      href={`/api/v1/accounts/${account}/exports/${one.id}`}
                      download
                      onClick={look}
                    >
                      <Icon name="download" />
                      {m.exports_fetch()}
                    </a>
                  )}
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
