/** The figures at the top of the overview; each leads to what it counts. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Summary } from "@/api/types";
import { Icon, type IconName } from "@/design/icon";
import { Badge } from "@/design/text";
import type { DeviceSearch } from "@/devices/search";
import { m } from "@/i18n";
import { compact, number } from "@/i18n/format";

export function Tiles({ account, figures }: { account: string; figures: Summary }) {
  const { critical, warning, info } = figures.alerts;
  const { online, late, offline } = figures.collectors;
  return (
    <div className="tiles">
      <Tile
        to="/a/$account/devices"
        account={account}
        icon="device"
        label={m.nav_devices()}
        value={number(figures.devices)}
      >
        {m.tile_online({ count: number(figures.online) })}
      </Tile>
      <Tile
        to="/a/$account/alerts"
        account={account}
        icon="alert"
        label={m.overview_alerts()}
        value={number(critical + warning + info)}
      >
        {critical > 0 ? (
          <Badge tone="bad">{m.tile_critical({ count: number(critical) })}</Badge>
        ) : (
          m.tile_no_critical()
        )}
      </Tile>
      <Tile
        to="/a/$account/collectors"
        account={account}
        icon="collector"
        label={m.nav_collectors()}
        value={number(online + late + offline)}
      >
        {offline > 0 ? (
          <Badge tone="bad">{m.tile_offline({ count: number(offline) })}</Badge>
        ) : online + late > 0 ? (
          m.tile_all_online()
        ) : (
          m.tile_no_collectors()
        )}
      </Tile>
      {figures.drivers.map(
        ({ driver, low }) =>
          low && (
            <Tile
              key={`${driver}-${low.headline}`}
              to="/a/$account/devices"
              search={{ driver, level: "low", sort: `headline.${low.headline}` }}
              account={account}
              icon="warning"
              label={m.tile_low({ what: low.title })}
              value={number(low.devices)}
            >
              {m.tile_low_note()}
            </Tile>
          ),
      )}
      {figures.drivers.flatMap(({ driver, rose }) =>
        rose.map((counter) => (
          <Tile
            key={`${driver}-${counter.meter}`}
            icon="audit"
            label={counter.title}
            value={compact(counter.amount)}
          >
            {m.tile_rose_note({ unit: counter.unit })}
          </Tile>
        )),
      )}
    </div>
  );
}

type TileProps = {
  to?: "/a/$account/devices" | "/a/$account/alerts" | "/a/$account/collectors";
  search?: DeviceSearch;
  account?: string;
  icon: IconName;
  label: string;
  value: string;
  children?: ReactNode;
};

/** A figure; without `to` and `account` it leads nowhere. */
export function Tile({ to, search, account, icon, label, value, children }: TileProps) {
  const body = (
    <>
      <span className="tile-label">
        <Icon name={icon} />
        {label}
      </span>
      <span className="tile-value">{value}</span>
      {children && <span className="tile-note">{children}</span>}
    </>
  );
  if (!to || !account) return <div className="card tile">{body}</div>;
  return (
    <Link className="card tile" to={to} params={{ account }} search={search ?? {}}>
      {body}
    </Link>
  );
}
