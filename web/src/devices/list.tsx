/** The device list: filters and order live in the address, rows come as they are scrolled to. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useAccount, useAccountId, useMay } from "@/accounts/queries";
import { CsvButton } from "@/design/csv-button";
import { Empty, Failed, Skeleton } from "@/design/feedback";
import { Facet, SearchField } from "@/design/fields";
import { useLater } from "@/design/later";
import { Page } from "@/design/page";
import { VirtualTable } from "@/design/virtual-table";
import { NoDriverAction, useNoDriver } from "@/drivers/consent";
import { driversQuery } from "@/drivers/queries";
import { GroupFacet } from "@/groups/facet";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { deviceColumns } from "./columns";
import { useDevices, useSites, useSummary } from "./queries";
import { type DeviceSearch, nextSort } from "./search";
import { STATUSES, statusName } from "./words";

const route = getRouteApi("/a/$account/devices");

export function DeviceList() {
  const account = useAccountId();
  const search = route.useSearch();
  const navigate = useNavigate({ from: "/a/$account/devices" });
  const figures = useSummary(account).data?.drivers ?? [];
  const drivers = useQuery(driversQuery).data ?? [];
  // devices of one driver are shown in its columns, whether that was asked for or there are no others
  const name = search.driver ?? (figures.length === 1 ? figures[0]?.driver : undefined);
  const driver = drivers.find((candidate) => candidate.active && candidate.name === name);
  const asked = useMemo(() => {
    const { sort, ...others } = search;
    // a sort of another driver's is none of this list
    const known =
      !sort?.includes("headline.") ||
      driver?.headlines.some((shown) => sort.replace(/^-/, "") === `headline.${shown.key}`);
    return { ...others, ...(name ? { driver: name } : {}), ...(sort && known ? { sort } : {}) };
  }, [search, name, driver]);
  const devices = useDevices(account, asked);
  const set = useCallback(
    (change: Partial<DeviceSearch>) =>
      navigate({ search: (before) => ({ ...before, ...change }), replace: true, resetScroll: false }),
    [navigate],
  );
  const mayManage = useMay("manage_devices");
  const columns = useMemo(
    () =>
      deviceColumns(
        account,
        driver,
        search.sort,
        (column) => {
          const counts = driver?.headlines.some(
            (shown) => shown.role === "count" && column === `headline.${shown.key}`,
          );
          set({ sort: nextSort(search.sort, column, counts) });
        },
        mayManage,
      ),
    [account, driver, search.sort, set, mayManage],
  );
  const rows = devices.data ?? [];
  const filtered = Boolean(
    search.q ||
      search.driver ||
      search.site ||
      search.group ||
      search.status ||
      search.state ||
      search.level ||
      search.alert,
  );
  return (
    <Page
      title={m.devices_title()}
      fill
      actions={
        <CsvButton
          path={`/api/v1/accounts/${account}/devices`}
          search={asked}
          file={`bailiwick-devices-${new Date().toISOString().slice(0, 10)}`}
        />
      }
    >
      <Filters
        search={search}
        set={set}
        kinds={figures}
        levels={driver?.headlines.some(({ role }) => role === "level") ?? figures.some(({ low }) => low)}
        count={rows.length}
        more={devices.hasNextPage}
      />
      {devices.error && !devices.data && <Failed error={devices.error} onRetry={() => devices.refetch()} />}
      {devices.isPending && <Skeleton rows={10} />}
      {devices.data && rows.length === 0 && <NoDevices filtered={filtered} />}
      {rows.length > 0 && (
        <VirtualTable
          key={JSON.stringify(search)}
          label={m.devices_title()}
          columns={columns}
          rows={rows}
          hasMore={devices.hasNextPage}
          loadingMore={devices.isFetchingNextPage}
          onMore={devices.fetchNextPage}
          onOpen={(device) =>
            navigate({ to: "/a/$account/devices/$device", params: { account, device: device.id } })
          }
        />
      )}
    </Page>
  );
}

type FiltersProps = {
  search: DeviceSearch;
  set: (change: Partial<DeviceSearch>) => void;
  /** The drivers that have devices here. */
  kinds: { driver: string; title: string }[];
  /** Whether any of them knows levels. */
  levels: boolean;
  count: number;
  more: boolean;
};

function Filters({ search, set, kinds, levels, count, more }: FiltersProps) {
  const account = useAccountId();
  const [typed, setTyped] = useState(search.q ?? "");
  const settled = useLater(typed, 250);
  const sites = useSites(account).data ?? [];
  useEffect(() => setTyped(search.q ?? ""), [search.q]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing writes to the address
  useEffect(() => {
    if (settled === typed && settled !== (search.q ?? "")) set({ q: settled || undefined });
  }, [settled]);
  return (
    <search className="toolbar">
      <SearchField
        label={m.devices_search()}
        clearLabel={m.action_clear()}
        value={typed}
        onChange={setTyped}
      />
      <Facet
        label={m.col_status()}
        any={m.filter_any()}
        value={search.status}
        choices={STATUSES.map((id) => ({ id, name: statusName(id) }))}
        onChange={(status) => set({ status: STATUSES.find((each) => each === status) })}
      />
      <Facet
        label={m.filter_alerts()}
        any={m.filter_any()}
        value={search.alert}
        choices={[{ id: "open", name: m.filter_alerts_open() }]}
        onChange={(alert) => set({ alert })}
      />
      {levels && (
        <Facet
          label={m.filter_levels()}
          any={m.filter_any()}
          value={search.level}
          choices={[{ id: "low", name: m.filter_levels_low() }]}
          onChange={(level) => set({ level: level ? "low" : undefined })}
        />
      )}
      {(kinds.length > 1 || search.driver) && (
        <Facet
          label={m.col_driver()}
          any={m.filter_any()}
          value={search.driver}
          choices={kinds.map((kind) => ({ id: kind.driver, name: kind.title }))}
          onChange={(driver) => set({ driver, sort: undefined })}
        />
      )}
      {sites.length > 0 && (
        <Facet
          label={m.col_site()}
          any={m.filter_any()}
          value={search.site}
          choices={sites.map((site) => ({ id: site.id, name: site.name }))}
          onChange={(site) => set({ site })}
        />
      )}
      <GroupFacet value={search.group} onChange={(group) => set({ group })} />
      <span className="end" role="status">
        {m.devices_count({ count, shown: more ? `${number(count)}+` : number(count) })}
      </span>
    </search>
  );
}

function NoDevices({ filtered }: { filtered: boolean }) {
  const account = useAccount();
  const id = useAccountId();
  const noDriver = useNoDriver(id);
  const mayAllow = useMay("manage_drivers");
  const mayCollect = useMay("manage_collectors");
  if (filtered) {
    return (
      <Empty
        icon="search"
        title={m.devices_no_match_title()}
        action={
          <Link className="button" to="/a/$account/devices" params={{ account: id }} search={{}}>
            {m.filter_reset()}
          </Link>
        }
      >
        {m.devices_no_match_body()}
      </Empty>
    );
  }
  if (account?.kind === "customer" && noDriver)
    return (
      <Empty icon="driver" title={m.no_driver_title()} action={mayAllow && <NoDriverAction account={id} />}>
        {m.no_driver_body()} {!mayAllow && m.consent_owner()}
      </Empty>
    );
  return (
    <Empty
      icon="device"
      title={m.devices_empty_title()}
      action={
        mayCollect && (
          <Link className="button button--primary" to="/a/$account/collectors" params={{ account: id }}>
            {m.devices_empty_action()}
          </Link>
        )
      }
    >
      {mayCollect
        ? m.devices_empty_body({ account: account?.name ?? "" })
        : m.device_empty_viewer({ account: account?.name ?? "" })}
    </Empty>
  );
}
