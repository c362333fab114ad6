/**
 * A table of any length: only the rows in view exist, yet assistive technology hears their true place
 * (`aria-rowcount`, `aria-rowindex`). One row is in the tab order; arrows, Home, End and Page keys move
 * between rows, Enter follows the row's link. More rows are asked for before the end is reached.
 */
import { type ColumnDef, tableFeatures, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Icon } from "./icon";
import { rowAfter } from "./rows";

const features = tableFeatures({});
const ROW_HEIGHT = 44;
const AHEAD = 12;

export type Direction = "ascending" | "descending" | "none";

export type VirtualColumn<T> = {
  id: string;
  title: string;
  /** A grid track, such as `minmax(160px, 2fr)`. */
  track: string;
  figure?: boolean;
  sort?: { direction: Direction; onPress: () => void };
  cell: (row: T, focus: FocusProps) => ReactNode;
};

/** For the one link of a row that takes the focus. */
export type FocusProps = { tabIndex: number; "data-row-link": number; onFocus: () => void };

type Props<T extends { id: string }> = {
  label: string;
  columns: VirtualColumn<T>[];
  rows: T[];
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
  onOpen: (row: T) => void;
};

export function VirtualTable<T extends { id: string }>(props: Props<T>) {
  const { label, columns, rows, hasMore, loadingMore, onMore, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const defs = useMemo(
    () => columns.map((column): ColumnDef<typeof features, T> => ({ id: column.id, header: column.title })),
    [columns],
  );
  const table = useTable({ features, columns: defs, data: rows, getRowId: (row) => row.id });
  const model = table.getRowModel().rows;
  const virtual = useVirtualizer({
    count: model.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => model[index]?.id ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && !loadingMore && lastShown >= model.length - AHEAD) onMore();
  }, [hasMore, loadingMore, lastShown, model.length, onMore]);

  const byId = new Map(columns.map((column) => [column.id, column]));
  const grid: CSSProperties = { gridTemplateColumns: columns.map((column) => column.track).join(" ") };
  const inOrder = Math.min(active, Math.max(0, model.length - 1));

  function move(event: KeyboardEvent) {
    const target = rowAfter(
      event.key,
      inOrder,
      model.length,
      Math.floor((virtual.scrollRect?.height ?? 400) / ROW_HEIGHT),
    );
    if (target === undefined) return;
    event.preventDefault();
    setActive(target);
    virtual.scrollToIndex(target);
    requestAnimationFrame(() =>
      requestAnimationFrame(() =>
        scroller.current
          ?.querySelector<HTMLElement>(`[data-row-link="${target}"]`)
          ?.focus({ preventScroll: true }),
      ),
    );
  }

  return (
    <div className="vtable-frame">
      <div className="vtable-scroll" ref={scroller}>
        <table
          className="vtable"
          role="table"
          aria-label={label}
          aria-rowcount={hasMore ? -1 : model.length + 1}
          onKeyDown={move}
        >
          <thead role="rowgroup">
            {table.getHeaderGroups().map((group) => (
              <tr key={group.id} role="row" aria-rowindex={1} style={grid}>
                {group.headers.map((header) => (
                  <HeadCell key={header.id} column={byId.get(header.column.id)} />
                ))}
              </tr>
            ))}
          </thead>
          <tbody role="rowgroup" style={{ height: virtual.getTotalSize() }}>
            {items.map((item) => {
              const row = model[item.index];
              if (!row) return null;
              const focus: FocusProps = {
                tabIndex: item.index === inOrder ? 0 : -1,
                "data-row-link": item.index,
                onFocus: () => setActive(item.index),
              };
              return (
                <tr
                  key={item.key}
                  role="row"
                  aria-rowindex={item.index + 2}
                  style={{ ...grid, transform: `translateY(${item.start}px)` }}
                  onClick={(event) => {
                    if (!(event.target as HTMLElement).closest("a, button") && !getSelection()?.toString())
                      onOpen(row.original);
                  }}
                >
                  {columns.map((column) => (
                    <td
                      key={column.id}
                      role="cell"
                      className={column.figure ? "number truncate" : "truncate"}
                    >
                      {column.cell(row.original, focus)}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function HeadCell<T>({ column }: { column: VirtualColumn<T> | undefined }) {
  if (!column) return null;
  const { sort } = column;
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={sort?.direction}
      className={column.figure ? "number" : undefined}
    >
      {sort ? (
        <button type="button" className="sort" onClick={sort.onPress}>
          {column.title}
          <Icon name="chevron" />
        </button>
      ) : (
        column.title
      )}
    </th>
  );
}
