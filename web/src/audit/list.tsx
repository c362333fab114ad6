/** Who did what to what, when and from where; each entry opens to what it changed. */
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useAccountId } from "@/accounts/queries";
import { api, reply } from "@/api/client";
import { usePages } from "@/api/lists";
import type { AuditEntry } from "@/api/types";
import { Button } from "@/design/button";
import { Empty, Load } from "@/design/feedback";
import { SearchField, TextField } from "@/design/fields";
import { useLater } from "@/design/later";
import { More } from "@/design/more";
import { Page } from "@/design/page";
import { m } from "@/i18n";
import { EntryRow } from "./entry";
import { type AuditSearch, auditQuery } from "./search";
import "./audit.css";

const route = getRouteApi("/a/$account/audit");

export function AuditList() {
  const account = useAccountId();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/a/$account/audit" });
  const set = (change: Partial<AuditSearch>) =>
    navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const entries = usePages(["audit", account, search], (page, signal) =>
    reply(
      api.GET("/api/v1/accounts/{id}/audit", {
        params: { path: { id: account }, query: { ...auditQuery(search), ...page } },
        signal,
      }),
    ),
  );
  const filtered = Object.keys(search).length > 0;
  return (
    <Page title={m.audit_title()} lead={m.audit_lead()}>
      <search className="toolbar audit-filters">
        <ActionFilter value={search.action} onChange={(action) => set({ action })} />
        <TextField
          label={m.audit_from()}
          type="date"
          value={search.from ?? ""}
          onChange={(from) => set({ from: from || undefined })}
        />
        <TextField
          label={m.audit_to()}
          type="date"
          value={search.to ?? ""}
          onChange={(to) => set({ to: to || undefined })}
        />
        {filtered && (
          <Button look="quiet" onPress={() => navigate({ search: {} })}>
            {m.filter_reset()}
          </Button>
        )}
      </search>
      <section className="card" aria-label={m.audit_title()}>
        <Load query={entries}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="audit" title={m.audit_empty_title()}>
                {m.audit_empty_body()}
              </Empty>
            ) : (
              <EntryTable entries={rows} onFilter={set} />
            )
          }
        </Load>
        <More query={entries} />
      </section>
    </Page>
  );
}

function ActionFilter({ value, onChange }: { value?: string; onChange: (value?: string) => void }) {
  const [typed, setTyped] = useState(value ?? "");
  const settled = useLater(typed, 300);
  useEffect(() => setTyped(value ?? ""), [value]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing writes to the address
  useEffect(() => {
    if (settled === typed && settled !== (value ?? "")) onChange(settled || undefined);
  }, [settled]);
  return (
    <SearchField
      label={m.audit_action_filter()}
      clearLabel={m.action_clear()}
      value={typed}
      onChange={setTyped}
    />
  );
}

function EntryTable({
  entries,
  onFilter,
}: {
  entries: AuditEntry[];
  onFilter: (change: Partial<AuditSearch>) => void;
}) {
  return (
    <div className="card-body--flush">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{m.audit_details()}</span>
            </th>
            <th scope="col">{m.col_time()}</th>
            <th scope="col">{m.audit_actor()}</th>
            <th scope="col">{m.audit_action()}</th>
            <th scope="col">{m.audit_object()}</th>
            <th scope="col">{m.audit_source()}</th>
            <th scope="col">{m.audit_sealed()}</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} onFilter={onFilter} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
