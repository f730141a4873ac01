import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import type { Signal } from "../api/types";
import { useLive, useValue } from "../stream/hooks";
import { token } from "../tokens/tokens";
import { useFormats } from "../view/formats";
import { QualityText } from "../view/ValueCell";
import { type Series, drawn, gaps } from "./series";

/** Charts move five times a second: smooth enough to follow, cheap enough for six of them without a GPU. */
const drawMs = 200;
const height = 92;
const axisHeight = 22;

export function SignalChart({ id, series, length, window, until, definition, axis }: {
  readonly id: string; readonly series: Series; readonly length: number; readonly window: string; readonly until: number | null; readonly definition: Signal | undefined; readonly axis: boolean;
}) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const live = useLive();
  const value = useValue(id);
  const place = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<{ readonly t: number; readonly v: number | null } | null>(null);
  const name = id.slice(id.lastIndexOf(".") + 1);
  const { low = null, high = null, unit = value.unit, texts } = definition ?? {};
  const shown = (v: number | null) => (v === null ? "–" : texts?.[String(v)] ?? number.value(v));

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const now = () => until ?? live.plantNow() ?? series.t.at(-1) ?? 0;
    const silence = () => {
      const { clock } = live.view.getState();
      return Math.max(10_000, 3 * (clock?.speed ?? 1) * 1000, (length / 600) * 4);
    };
    const plot = new uPlot(options({
      width: element.clientWidth, height: height + (axis ? axisHeight : 0), axis,
      tick: length <= 20 * 60_000 ? time.clock : time.minute, number: number.value,
      hatched: () => gaps(series, silence(), now()), limits: [low, high].filter((each) => each !== null),
      pointAt: (i) => setPointed(i === null ? null : { t: plot.data[0][i] ?? 0, v: plot.data[3]?.[i] ?? null }),
    }), drawn(series, silence()), element);
    const draw = () => {
      const end = now();
      series.dropBefore(end - length);
      plot.batch(() => {
        plot.setData(drawn(series, silence()), false);
        plot.setScale("x", { min: end - length, max: end });
      });
      const points = String(series.t.length);
      if (element.dataset.points !== points) element.dataset.points = points;
    };
    draw();
    const timer = until === null ? setInterval(draw, drawMs) : undefined;   // the past does not move
    const sized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: height + (axis ? axisHeight : 0) }));
    sized.observe(element);
    return () => { clearInterval(timer); sized.disconnect(); plot.destroy(); };
  }, [live, series, length, until, low, high, axis, time, number]);

  return (
    <figure className="chart" data-testid={`chart-${name}`}>
      <figcaption>
        <span><span className="strong">{name}</span>{low !== null && high !== null && <span className="quiet"> {t("chart.range", { low: number.value(low), high: number.value(high) })}</span>}</span>
        {pointed
          ? <span className="num">{time.clock(pointed.t)} <strong>{shown(pointed.v)}</strong> {unit}</span>
          : until !== null ? <span className="num quiet">{t("chart.point")}</span>
          : <span className="num">{value.q !== "good" && <QualityText q={value.q} />} <strong>{shown(typeof value.v === "number" ? value.v : null)}</strong> {unit}</span>}
      </figcaption>
      <div ref={place} role="img" aria-label={t("chart.aria", { name, window })} />
    </figure>
  );
}

function options(o: { width: number; height: number; axis: boolean; tick: (t: number) => string; number: (v: number) => string; hatched: () => readonly { from: number; to: number }[]; limits: readonly number[]; pointAt: (i: number | null) => void }): uPlot.Options {
  const [ink, ink2, line, outline, band] = [token("ink"), token("ink2"), token("line"), token("outline"), token("fill")];
  const font = "11px system-ui, 'Liberation Sans', Arial, sans-serif";
  return {
    width: o.width, height: o.height, ms: 1, legend: { show: false }, padding: [6, 10, o.axis ? 0 : 6, 0],
    cursor: { sync: { key: "signals" }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { x: { time: true, auto: false }, y: { range: (_, min, max) => (min == null || max == null ? [0, 1] : uPlot.rangeNum(min, max === min ? min + 1 : max, 0.15, true)) } },
    axes: [
      { show: o.axis, size: axisHeight, font, stroke: ink2, grid: { stroke: line, width: 1 }, ticks: { show: false }, space: 80, values: (plot, splits) => splits.map((t) => (nearEnd(plot, t) ? "" : o.tick(t))) },
      { size: 48, font, stroke: ink2, grid: { stroke: line, width: 1 }, ticks: { show: false }, space: 28, values: (_, splits) => splits.map((v) => o.number(v)) },
    ],
    series: [
      {},
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
      { stroke: ink, width: 1.25, points: { show: false } },
    ],
    bands: [{ series: [1, 2], fill: band }],
    hooks: {
      drawClear: [(plot) => hatch(plot, o.hatched())],
      draw: [(plot) => limitLines(plot, o.limits)],
      drawAxes: [(plot) => { const { ctx, bbox } = plot; ctx.strokeStyle = outline; ctx.lineWidth = 1; ctx.strokeRect(bbox.left + 0.5, bbox.top + 0.5, bbox.width - 1, bbox.height - 1); }],
      setCursor: [(plot) => o.pointAt(plot.cursor.idx ?? null)],
    },
  };
}

/** Dashed where the engineering range ends, if that is in view: a range of 400 must not press a trend of 4 flat. */
function limitLines(plot: uPlot, limits: readonly number[]): void {
  const { ctx, bbox } = plot;
  const { min, max } = plot.scales.y ?? {};
  ctx.save();
  ctx.strokeStyle = token("p2");
  ctx.lineWidth = 1;
  ctx.setLineDash([6, 4]);
  for (const limit of limits) {
    if (min == null || max == null || limit < min || limit > max) continue;
    const y = Math.round(plot.valToPos(limit, "y", true)) + 0.5;
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** A label so near the edge would be cut off. */
const nearEnd = (plot: uPlot, t: number): boolean => {
  const { min, max } = plot.scales.x ?? {};
  return min != null && max != null && t > max - (max - min) * 0.06;
};

/** Violet and hatched: where the plant is not known. */
function hatch(plot: uPlot, spans: readonly { readonly from: number; readonly to: number }[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = token("stale");
  ctx.globalAlpha = 0.45;
  ctx.lineWidth = 1;
  for (const span of spans) {
    const left = Math.max(bbox.left, plot.valToPos(span.from, "x", true));
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(span.to, "x", true));
    if (right - left < 1) continue;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.beginPath();
    for (let x = left - bbox.height; x < right; x += 6) { ctx.moveTo(x, bbox.top + bbox.height); ctx.lineTo(x + bbox.height, bbox.top); }
    ctx.stroke();
    ctx.restore();
  }
  ctx.restore();
}
