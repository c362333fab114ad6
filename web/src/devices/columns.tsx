/** The columns of the device list. A retired device’s row offers to restore it. */
import { Link } from "@tanstack/react-router";
import type { Device, Driver, DriverHeadline, Headline, HeadlineRole } from "@/api/types";
import { Ago, Badge, Nothing, Status } from "@/design/text";
import type { VirtualColumn } from "@/design/virtual-table";
import { m } from "@/i18n";
import { number } from "@/i18n/format";
import { Restore } from "./actions";
import { headline, headlineText, toneOf } from "./headline";
import { LevelBars } from "./levels";
import { deviceName } from "./name";
import { type Sort, type SortKey, sortDirection } from "./search";
import { statusWord } from "./words";

/** What stands in columns of its own; name, model and state have theirs. */
const OWN: ReadonlySet<HeadlineRole> = new Set(["level", "count", "text"]);

/** `driver`: the one that all devices of the list have; where they differ, each shows its own headlines. */
export function deviceColumns(
  account: string,
  driver: Driver | undefined,
  sort: Sort | undefined,
  onSort: (column: SortKey) => void,
  mayOperate: boolean,
): VirtualColumn<Device>[] {
  const sortable = (column: SortKey) => ({
    direction: sortDirection(sort, column),
    onPress: () => onSort(column),
  });
  const headlineColumns: VirtualColumn<Device>[] = driver
    ? driver.headlines.filter(({ role }) => OWN.has(role)).map((shown) => headlineColumn(shown, sortable))
    : [mixedColumn()];
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
      sort: sortable("state"),
      cell: (device) => {
        const word = statusWord(device);
        return <Status tone={word.tone}>{word.name}</Status>;
      },
    },
    ...headlineColumns,
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

type Sortable = (column: SortKey) => VirtualColumn<Device>["sort"];

function headlineColumn(shown: DriverHeadline, sortable: Sortable): VirtualColumn<Device> {
  return {
    id: `headline-${shown.key}`,
    title: shown.title,
    track: shown.role === "count" ? "minmax(88px, 0.6fr)" : "minmax(96px, 0.8fr)",
    figure: shown.role === "count",
    sort: sortable(`headline.${shown.key}`),
    cell: (device) => <HeadlineCell shown={headline(device.headlines, shown.key)} />,
  };
}

function HeadlineCell({ shown }: { shown: Headline | undefined }) {
  if (!shown) return <Nothing />;
  if (shown.rows) return <LevelBars shown={shown} />;
  const text = headlineText(shown);
  if (text === undefined) return <Nothing />;
  if (shown.low) return <Badge tone="warn">{text}</Badge>;
  return shown.tone ? <Status tone={toneOf(shown.tone)}>{text}</Status> : text;
}

/** Where devices of several drivers stand together: what each of them puts first. */
const mixedColumn = (): VirtualColumn<Device> => ({
  id: "headlines",
  title: m.col_headlines(),
  track: "minmax(180px, 1.6fr)",
  cell: (device) => {
    const shown = device.headlines.filter(({ role }) => OWN.has(role));
    if (shown.length === 0) return <Nothing />;
    return (
      <span className="headlines">
        {shown.map((each) => (
          <span key={each.key} title={each.title}>
            <span className="sr-only">{each.title}: </span>
            <HeadlineCell shown={each} />
          </span>
        ))}
      </span>
    );
  },
});
