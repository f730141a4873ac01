import { useQueries } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, memo, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { statesQuery } from "../api/queries";
import { type StateGroup, stateGroups } from "../plant/packml";
import { useLive, useLiveView } from "../stream/hooks";
import { duration } from "../time/format";
import { Failed, StaleSince } from "../view/Loaded";
import { useFormats } from "../view/formats";
import { type Annotation, glyphs, groups } from "./annotations";
import { type Span, at, carryOn, columns, endWhereKnown, ticks, totals } from "./spans";
import "./StateTimeline.css";

const noMarks: readonly Annotation[] = [];
/** Marks side by side that can still be told apart. */
const markColumns = 80;

export interface TimelineRow { readonly id: string; readonly name: string }

/** Rows of PackML states on one time axis with one cursor. A state has a height as well as a shade, so it reads without colour. */
export function StateTimeline({ rows, from, to, fetchFrom, until, label, marks = noMarks, pick }: {
  readonly rows: readonly TimelineRow[];
  /** Window shown; `to` moves with the plant. */
  readonly from: number;
  readonly to: number;
  /** Start of the window asked for: stays put while the shown one moves, so that the API is not asked four times a second. */
  readonly fetchFrom: number;
  /** End of a window that is over; null while it runs. */
  readonly until: number | null;
  readonly label: string;
  /** What happened or was said, on the same axis. */
  readonly marks?: readonly Annotation[];
  /** What a click on a moment does, and Enter at the cursor. */
  readonly pick?: (time: number) => void;
}) {
  const { t } = useTranslation();
  const { time } = useFormats();
  const live = useLive();
  const transitions = useLiveView((view) => view.transitions);
  const unknown = useLiveView((view) => view.unknownStates);
  const [cursor, setCursor] = useState<number | null>(null);   // share of the window
  const nowOf = () => live.plantNow() ?? to;
  const queries = useQueries({ queries: rows.map((row) => statesQuery(row.id, fetchFrom, until, nowOf)) });
  const failed = queries.find((query) => query.error && query.data === undefined);
  const old = queries.find((query) => query.error && query.data !== undefined);
  const again = () => queries.forEach((query) => void query.refetch());
  const spans = rows.map((row, i) => {
    const fetched = queries[i]?.data;
    if (fetched === undefined) return null;
    return until === null ? endWhereKnown(carryOn(fetched, transitions.get(row.id) ?? [], to), unknown.get(row.id)) : carryOn(fetched, [], to);
  });
  const pointed = cursor === null ? null : from + cursor * (to - from);
  const point = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.querySelector("svg")?.getBoundingClientRect();
    if (box && box.width > 0) setCursor(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)));
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter" && pointed !== null) pick?.(pointed);
    const step = { ArrowLeft: -0.01, ArrowRight: 0.01, Home: -1, End: 1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setCursor((before) => Math.max(0, Math.min(1, (before ?? 1) + step)));
  };
  if (failed?.error) return <Failed error={failed.error} again={again} />;
  const short = to - from <= 20 * 60_000;
  return (
    <div className="timeline" data-testid="state-timeline">
      {old?.error && <StaleSince at={old.dataUpdatedAt} error={old.error} again={again} />}
      <Hatch />
      <div className="timeline-rows" role="group" aria-label={label} tabIndex={0} onPointerMove={point} onPointerLeave={() => setCursor(null)} onKeyDown={key} data-pick={pick !== undefined} {...(pick ? { onClick: () => { if (pointed !== null) pick(pointed); } } : {})}>
        {rows.map((row, i) => <Row key={row.id} row={row} named={rows.length > 1} spans={spans[i] ?? null} from={from} to={to} cursor={cursor} state={pointed === null ? null : at(spans[i] ?? [], pointed)?.state ?? t("timeline.notKnown")} />)}
        {marks.length > 0 && (
          <div className="timeline-row marks" data-named={rows.length > 1} aria-hidden="true">
            {rows.length > 1 && <span />}
            <div>{groups(marks, from, to, markColumns).map((group) => (
              <span key={group.marks[0]?.key} data-kind={group.kind} style={{ left: `${((group.at - from) / (to - from)) * 100}%` }} title={group.marks.map((mark) => `${time.clock(mark.at)} ${mark.text}${mark.by === null ? "" : ` (${mark.by})`}`).join("\n")}>{glyphs[group.kind]}{group.marks.length > 1 && <small>{group.marks.length}</small>}</span>))}</div>
            {rows.length > 1 && <span />}
          </div>
        )}
        <div className="timeline-row axis" data-named={rows.length > 1} aria-hidden="true">
          {rows.length > 1 && <span />}
          <div>{ticks(from, to, 9).filter((tick) => tick < to - (to - from) * 0.05).map((tick) => <span key={tick} style={{ left: `${((tick - from) / (to - from)) * 100}%` }}>{short ? time.clock(tick) : time.minute(tick)}</span>)}</div>
          {rows.length > 1 && <span />}
        </div>
      </div>
      <div className="timeline-foot small">
        <ul aria-hidden="true">{stateGroups.map((group) => <li key={group}><svg width="14" height="12" viewBox="0 0 14 12"><Bar group={group} d={box(group, 0, 14, 12)} /></svg> {t(`group.${group}`)}</li>)}</ul>
        <span className="readout" aria-live="polite">{pointed !== null && <>{time.clock(pointed)}{rows.length === 1 && <strong> {at(spans[0] ?? [], pointed)?.state ?? t("timeline.notKnown")}</strong>}</>}</span>
      </div>
      <Totals rows={rows} spans={spans} from={from} to={to} label={label} />
    </div>
  );
}

/** What is not known is hatched, here as everywhere; every drawing on the page refers to this one pattern. */
const Hatch = () => (
  <svg className="visually-hidden" aria-hidden="true"><defs>
    <pattern id="not-known" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--field)" /><rect width="2" height="6" fill="color-mix(in srgb, var(--stale) 45%, var(--field))" /></pattern>
  </defs></svg>
);

const width = 1200;
const height = 20;

const Row = memo(function Row({ row, named, spans, from, to, cursor, state }: { readonly row: TimelineRow; readonly named: boolean; readonly spans: readonly Span[] | null; readonly from: number; readonly to: number; readonly cursor: number | null; readonly state: string | null }) {
  const paths = useMemo(() => drawing(spans ?? [], from, to), [spans, from, to]);
  return (
    <div className="timeline-row" data-named={named}>
      {named && <span className="name">{row.name}</span>}
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true" data-row={row.id} data-loading={spans === null}>
        <rect width={width} height={height} fill="var(--field)" />
        {[...paths].map(([group, d]) => <Bar key={group} group={group} d={d} />)}
        {cursor !== null && <path d={`M${cursor * width} 0 V${height}`} stroke="var(--ink)" vectorEffect="non-scaling-stroke" />}
      </svg>
      {named && <span className="at small">{state ?? ""}</span>}
    </div>
  );
});

function drawing(spans: readonly Span[], from: number, to: number): ReadonlyMap<StateGroup, string> {
  const paths = new Map<StateGroup, string>();
  for (const run of columns(spans, from, to, width)) paths.set(run.group, (paths.get(run.group) ?? "") + box(run.group, run.from, run.to, height));
  return paths;
}

const heights: Readonly<Record<StateGroup, number>> = { producing: 1, waiting: 0.5, idle: 0.2, stopped: 0.2, held: 0.75, aborted: 1, unknown: 1 };
const fills: Readonly<Record<StateGroup, string>> = {
  producing: "var(--fill)", waiting: "var(--setup)", idle: "var(--fill)", stopped: "var(--stopped)", held: "var(--stopped)", aborted: "var(--p1)", unknown: "url(#not-known)",
};

const box = (group: StateGroup, from: number, to: number, full: number) => `M${from} ${full}V${full * (1 - heights[group])}H${to}V${full}Z`;

const Bar = ({ group, d }: { readonly group: StateGroup; readonly d: string }) => <path data-group={group} d={d} fill={fills[group]} />;

function Totals({ rows, spans, from, to, label }: { readonly rows: readonly TimelineRow[]; readonly spans: readonly (readonly Span[] | null)[]; readonly from: number; readonly to: number; readonly label: string }) {
  const { t } = useTranslation();
  return (
    <div className="visually-hidden"><table>
      <caption>{label}</caption>
      <thead><tr><th scope="col">{t("timeline.row")}</th>{stateGroups.map((group) => <th key={group} scope="col">{t(`group.${group}`)}</th>)}</tr></thead>
      <tbody>{rows.map((row, i) => {
        const sums = totals(spans[i] ?? [], from, to);
        return <tr key={row.id}><th scope="row">{row.name}</th>{stateGroups.map((group) => <td key={group}>{duration(sums.get(group) ?? 0)}</td>)}</tr>;
      })}</tbody>
    </table></div>
  );
}
