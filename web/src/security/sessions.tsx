/** Where the operator is signed in; a forgotten one is ended here. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, reply } from "@/api/client";
import { usePages, whole } from "@/api/lists";
import { Button } from "@/design/button";
import { Confirm } from "@/design/dialog";
import { Load } from "@/design/feedback";
import { Card } from "@/design/page";
import { Ago, Badge, Nothing } from "@/design/text";
import { toast, toastProblem } from "@/design/toast";
import { m } from "@/i18n";
import { dateTime } from "@/i18n/format";

export function SessionCard() {
  const client = useQueryClient();
  const sessions = usePages(
    ["sessions"],
    whole((page, signal) => reply(api.GET("/api/v1/sessions", { params: { query: page }, signal }))),
  );
  const end = useMutation({
    mutationFn: (id: string) =>
      reply(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } })),
    onSuccess: () => {
      toast(m.sessions_ended());
      return client.invalidateQueries({ queryKey: ["sessions"] });
    },
    onError: toastProblem,
  });
  const [ending, setEnding] = useState(false);
  const endOthers = useMutation({
    mutationFn: () => reply(api.DELETE("/api/v1/sessions", {})),
    onSuccess: () => {
      toast(m.sessions_others_ended());
      setEnding(false);
      return client.invalidateQueries({ queryKey: ["sessions"] });
    },
    onError: toastProblem,
  });
  const all = sessions.data && sessions.data.length > 1 && (
    <Button onPress={() => setEnding(true)}>{m.sessions_end_others()}</Button>
  );
  return (
    <>
      <Card title={m.sessions_list()} actions={all} flush>
        <Load query={sessions} rows={2}>
          {(rows) => (
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{m.sessions_device()}</th>
                  <th scope="col">{m.sessions_source()}</th>
                  <th scope="col">{m.sessions_since()}</th>
                  <th scope="col">{m.col_last_seen()}</th>
                  <th scope="col">
                    <span className="sr-only">{m.col_actions()}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.id}>
                    <td>{row.device ?? <Nothing />}</td>
                    <td className="mono">{row.source ?? <Nothing />}</td>
                    <td className="nowrap">{dateTime(row.created_at)}</td>
                    <td>
                      <Ago at={row.last_seen_at} />
                    </td>
                    <td>
                      <div className="actions">
                        {row.current ? (
                          <Badge tone="good">{m.sessions_current()}</Badge>
                        ) : (
                          <Button small onPress={() => end.mutate(row.id)}>
                            {m.sessions_end()}
                          </Button>
                        )}
                      </div>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Load>
      </Card>
      <Confirm
        title={m.sessions_end_others()}
        body={m.sessions_end_others_body()}
        action={m.sessions_end_others()}
        open={ending}
        busy={endOthers.isPending}
        onClose={() => setEnding(false)}
        onConfirm={() => endOthers.mutate()}
      />
    </>
  );
}
