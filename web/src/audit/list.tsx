/** Who did what to what, when and from where; each entry opens to what it changed. */
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { ToggleButton } from "react-aria-components";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { api, reply } from "@/api/client";
import { usePages } from "@/api/lists";
import type { AuditEntry } from "@/api/types";
import { useCollectors } from "@/collectors/queries";
import { Button } from "@/design/button";
import { DateField } from "@/design/date-field";
import { Empty, Load } from "@/design/feedback";
import { Facet } from "@/design/fields";
import { More } from "@/design/more";
import { Page } from "@/design/page";
import { useSites } from "@/devices/queries";
import { useGroups } from "@/groups/queries";
import { m } from "@/i18n";
import { useOperators } from "@/operators/queries";
import { Elevations } from "@/support/elevations";
import { actorName, actorOf } from "./actor";
import { EntryRow } from "./entry";
import { type AuditSearch, auditQuery } from "./search";
import "./audit.css";

const route = getRouteApi("/a/$account/audit");

export function AuditList() {
  const account = useAccountId();
  const here = useAccount();
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
  const maySeeDevices = useMay("view_devices");
  const operators = useOperators(account, useMay("view_operators")).data;
  const collectors = useCollectors(account, maySeeDevices).data;
  const sites = useSites(account, maySeeDevices).data;
  const groups = useGroups(account, maySeeDevices).data;
  const names = useMemo(() => {
    const known = [operators, collectors, sites, groups, here?.path];
    return new Map(known.flatMap((rows) => rows?.map(({ id, name }) => [id, name] as const) ?? []));
  }, [operators, collectors, sites, groups, here]);
  const actor = search.actor && actorName(actorOf(search.actor), names);
  const filtered = Object.keys(search).length > 0;
  return (
    <Page title={m.audit_title()} lead={here && m.audit_lead({ account: here.name })}>
      <search className="toolbar audit-filters">
        <AreaFilter value={search.action} onChange={(action) => set({ action })} />
        <DateField label={m.audit_from()} value={search.from} onChange={(from) => set({ from })} />
        <DateField label={m.audit_to()} value={search.to} onChange={(to) => set({ to })} />
        {actor && (
          <Button small icon="close" onPress={() => set({ actor: undefined })}>
            {m.audit_active_actor({ name: actor })}
          </Button>
        )}
        {here && here.kind !== "platform" && (
          <ToggleButton
            className="button facet toggle"
            isSelected={search.above ?? false}
            onChange={(above) => set({ above: above || undefined })}
          >
            {m.audit_from_above()}
          </ToggleButton>
        )}
        {filtered && (
          <Button look="quiet" onPress={() => navigate({ search: {} })}>
            {m.filter_reset()}
          </Button>
        )}
      </search>
      {here && <Elevations account={here} />}
      <section className="card" aria-label={m.audit_title()}>
        <Load query={entries}>
          {(rows) =>
            rows.length === 0 ? (
              <Empty icon="audit" title={search.above ? m.audit_above_empty_title() : m.audit_empty_title()}>
                {search.above ? m.audit_above_empty_body() : m.audit_empty_body()}
              </Empty>
            ) : (
              <EntryTable entries={rows} names={names} onFilter={set} />
            )
          }
        </Load>
        <More query={entries} />
      </section>
    </Page>
  );
}

/** Actions are named `thing.done`; an area is all that begins with its thing. */
function AreaFilter({ value, onChange }: { value?: string; onChange: (value?: string) => void }) {
  const areas = [
    { id: "account.", name: m.audit_area_accounts() },
    { id: "site.", name: m.sites_title() },
    { id: "device.", name: m.nav_devices() },
    { id: "group.", name: m.groups_title() },
    { id: "alert.", name: m.nav_alerts() },
    { id: "collector.", name: m.nav_collectors() },
    { id: "driver.", name: m.nav_drivers() },
    { id: "operator.", name: m.nav_operators() },
    { id: "grant.", name: m.audit_area_grants() },
    { id: "role.", name: m.audit_area_roles() },
    { id: "restrictions.", name: m.audit_area_restrictions() },
    { id: "policy.", name: m.audit_area_privacy() },
    { id: "sign_in.", name: m.sso_title() },
    { id: "token.", name: m.nav_tokens() },
    { id: "session.", name: m.audit_area_sessions() },
    { id: "branding.", name: m.nav_branding() },
    { id: "quotas.", name: m.quotas_title() },
    { id: "egress.", name: m.nav_connections() },
    { id: "invitation.", name: m.invitations_title() },
    { id: "elevation.", name: m.elevations_title() },
    { id: "view_as.", name: m.audit_area_views() },
    { id: "look.", name: m.audit_area_looks() },
  ];
  return (
    <Facet label={m.audit_action()} any={m.filter_any()} value={value} choices={areas} onChange={onChange} />
  );
}

type TableProps = {
  entries: AuditEntry[];
  names: ReadonlyMap<string, string>;
  onFilter: (change: Partial<AuditSearch>) => void;
};

function EntryTable({ entries, names, onFilter }: TableProps) {
  return (
    <div className="card-body--flush">
      <table className="table table--folds">
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">{m.audit_details()}</span>
            </th>
            <th scope="col" className="rare">
              {m.col_time()}
            </th>
            <th scope="col" className="audit-who">
              {m.audit_actor()}
            </th>
            <th scope="col">{m.audit_action()}</th>
            <th scope="col" className="rare">
              {m.audit_object()}
            </th>
            <th scope="col" className="rare">
              {m.audit_source()}
            </th>
            <th scope="col" className="rare">
              {m.audit_sealed()}
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <EntryRow key={entry.id} entry={entry} names={names} onFilter={onFilter} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
