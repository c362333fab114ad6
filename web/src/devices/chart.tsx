/**
 * A line over time by uPlot, in the colours of the theme. It redraws on a change of size or theme; the
 * figures under the pointer follow it. Not in the accessibility tree beyond its name: the page gives the
 * same figures as a table.
 */
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { subscribeTheme } from "@/design/theme";
import { compact, dateTime, number } from "@/i18n/format";

type Props = { points: [number, number][]; label: string; unit: string };

const HEIGHT = 240;
const DAY_SECONDS = 86_400;

function color(host: HTMLElement, name: string): string {
  return computed(host, `var(${name})`);
}

function computed(host: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  host.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function timeLabels(_plot: uPlot, splits: number[], _axis: number, _space: number, step: number): string[] {
  const options: Intl.DateTimeFormatOptions =
    step < DAY_SECONDS ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return splits.map((at) => dateTime(at * 1000, options));
}

export function Chart({ points, label, unit }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = host.current;
    if (!element) return;
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(options(element, tip.current, unit), columnsOf(points), element);
    };
    draw();
    const resize = new ResizeObserver(() => plot?.setSize({ width: element.clientWidth, height: HEIGHT }));
    resize.observe(element);
    const unsubscribe = subscribeTheme(draw);
    return () => {
      unsubscribe();
      resize.disconnect();
      plot?.destroy();
    };
  }, [points, unit]);

  return (
    <div className="chart" role="img" aria-label={label}>
      <div ref={host} />
      <div ref={tip} className="chart-tip" hidden />
    </div>
  );
}

function columnsOf(points: [number, number][]): uPlot.AlignedData {
  return [points.map(([at]) => at / 1000), points.map(([, value]) => value)];
}

function options(host: HTMLElement, tip: HTMLElement | null, unit: string): uPlot.Options {
  const line = color(host, "--accent");
  const axis: uPlot.Axis = {
    stroke: color(host, "--ink-3"),
    grid: { stroke: color(host, "--line"), width: 1 },
    ticks: { show: false },
    font: `11px ${getComputedStyle(host).fontFamily}`,
  };
  return {
    width: host.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: line } },
    scales: { x: { time: true } },
    axes: [
      { ...axis, size: 28, grid: { show: false }, values: timeLabels },
      { ...axis, size: 64, values: (_plot, splits) => splits.map(compact) },
    ],
    series: [
      {},
      {
        stroke: line,
        width: 1.8,
        fill: computed(host, "color-mix(in srgb, var(--accent) 10%, transparent)"),
        points: { show: false },
      },
    ],
    hooks: { setCursor: [(plot) => follow(plot, tip, unit)] },
  };
}

function follow(plot: uPlot, tip: HTMLElement | null, unit: string): void {
  if (!tip) return;
  const index = plot.cursor.idx;
  const at = index == null ? undefined : plot.data[0][index];
  const value = index == null ? undefined : plot.data[1]?.[index];
  tip.hidden = at == null || value == null;
  if (at == null || value == null) return;
  tip.textContent = `${dateTime(at * 1000)} · ${number(value)} ${unit}`;
  const left = plot.valToPos(at, "x") + plot.bbox.left / devicePixelRatio;
  const room = plot.width - tip.offsetWidth;
  tip.style.transform = `translate(${Math.max(0, Math.min(room, left - tip.offsetWidth / 2))}px, 0)`;
}
