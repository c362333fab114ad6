/** The columns of the device list. A retired device’s row offers to restore it. */
import { Link } from "@tanstack/react-router";
import type { Device } from "@/api/types";
import { Ago, Badge, Nothing, Status } from "@/design/text";
import type { VirtualColumn } from "@/design/virtual-table";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { Restore } from "./actions";
import { deviceName } from "./name";
import { type Sort, type SortKey, sortDirection } from "./search";
import { SupplyBars } from "./supplies";
import { statusWord } from "./words";

export function deviceColumns(
  account: string,
  sort: Sort | undefined,
  onSort: (column: SortKey) => void,
  mayOperate: boolean,
): VirtualColumn<Device>[] {
  const sortable = (column: SortKey) => ({
    direction: sortDirection(sort, column),
    onPress: () => onSort(column),
  });
  return [
    {
      id: "name",
      title: m.col_name(),
      track: "minmax(180px, 2.2fr)",
      sort: sortable("name"),
      cell: (device, focus) => (
        <>
          <Link
            to="/a/$account/devices/$device"
            params={{ account, device: device.id }}
            preload={false}
            {...focus}
          >
            {deviceName(device)}
          </Link>
          <span className="cell-sub truncate">
            {[device.address, device.serial].filter(Boolean).join(" · ")}
          </span>
        </>
      ),
    },
    {
      id: "model",
      title: m.col_model(),
      track: "minmax(140px, 1.6fr)",
      sort: sortable("model"),
      cell: (device) =>
        device.model ? (
          <>
            {device.model}
            <span className="cell-sub truncate">{device.manufacturer}</span>
          </>
        ) : (
          <Nothing />
        ),
    },
    {
      id: "status",
      title: m.col_status(),
      track: "minmax(96px, 0.8fr)",
      sort: sortable("status"),
      cell: (device) => {
        const word = statusWord(device.status);
        return <Status tone={word.tone}>{word.name}</Status>;
      },
    },
    {
      id: "supplies",
      title: m.col_supplies(),
      track: "minmax(96px, 0.8fr)",
      sort: sortable("supply_low"),
      cell: (device) => <SupplyBars supplies={device.supplies_summary} />,
    },
    {
      id: "alerts",
      title: m.col_alerts(),
      track: "minmax(100px, 0.6fr)",
      figure: true,
      sort: sortable("alerts_open"),
      cell: (device) =>
        device.alerts_open > 0 ? (
          <Badge tone="bad">{number(device.alerts_open)}</Badge>
        ) : (
          <span className="faint">0</span>
        ),
    },
    {
      id: "pages",
      title: m.col_pages(),
      track: "minmax(88px, 0.6fr)",
      figure: true,
      sort: sortable("page_count"),
      cell: (device) => (device.page_count == null ? <Nothing /> : number(device.page_count)),
    },
    {
      id: "place",
      title: m.col_place(),
      track: "minmax(120px, 1.2fr)",
      cell: (device) => (
        <>
          {device.account.name}
          <span className="cell-sub truncate">{device.site?.name}</span>
        </>
      ),
    },
    {
      id: "seen",
      title: m.col_last_seen(),
      track: "minmax(140px, 0.8fr)",
      sort: sortable("last_seen_at"),
      cell: (device, focus) =>
        device.status === "retired" && mayOperate ? (
          <Restore device={device} small {...focus} />
        ) : (
          <Ago at={device.last_seen_at} />
        ),
    },
  ];
}
