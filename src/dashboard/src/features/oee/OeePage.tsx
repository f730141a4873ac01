import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { kpisPath, kpisQuery } from "../../lib/api/queries";
import type { Kpi, Kpis, Stop } from "../../lib/api/types";
import { StateTimeline } from "../../lib/chart/StateTimeline";
import { NoteList } from "../../lib/notes/NoteList";
import { useAnnotations } from "../../lib/notes/useAnnotations";
import { type TreeNode, find } from "../../lib/plant/tree";
import { usePlantNow } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { useFormats } from "../../lib/view/formats";
import { usePlantTree } from "../../lib/view/plantView";
import type { OeeSearch } from "../../lib/view/search";
import { KpiFacts } from "./KpiFacts";
import { Pareto } from "./Pareto";
import { Periods } from "./Periods";
import { type Asked, StopDialog } from "./StopDialog";
import { BaselineChoice } from "./BaselineChoice";
import { Result } from "./Result";
import { Queue, StopList } from "./Stops";
import { WaterfallChart } from "./WaterfallChart";
import { type Baseline, baselineOf, weekBefore } from "./baseline";
import { hasStops, lossSteps, periodAt, reachOf, shiftParts } from "./figures";
import { reasonText } from "../../lib/view/reasonText";
import { waterfall } from "./waterfall";
import "./Oee.css";

/** L2: where the planned time of a line or station went, why, and what nobody has explained yet; by shift, day or week. */
export function OeePage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/oee/$id" });
  const { view = "chart", by = "shift", at, base, step, reason } = useSearch({ from: "/oee/$id" });
  const navigate = useNavigate({ from: "/oee/$id" });
  const now = usePlantNow(1000);
  const node = find(usePlantTree(), id);
  const moment = at === undefined ? null : Date.parse(at);
  const { from, to } = reachOf(by, moment, now ?? 0);
  const query = useQuery({ ...kpisQuery(id, by, from, to), enabled: now !== null, placeholderData: (before) => (before?.id === id && before.by === by ? before : undefined) });
  const show = (change: OeeSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  return (
    <div className="page">
      <title>{`${t("oee.title")}: ${node?.twin.name ?? id} – DigitalTwin`}</title>
      <div className="oee-head">
        <h1>{t("oee.title")}: <Link to="/twins/$id" params={{ id }} className="link">{node?.twin.name ?? id}</Link></h1>
        <span className="push" />
        <a className="link" href={`/api/v1${kpisPath(id, by, from, to)}&format=csv`} download={`${id}-${by}.csv`} data-testid="csv">{t("oee.csv")}</a>
        <SegmentedControl size="xs" value={view} aria-label={t("oee.view")} data={[{ value: "chart", label: t("oee.chart") }, { value: "table", label: t("oee.table") }]}
          onChange={(next) => show({ view: next === "table" ? "table" : undefined })} />
      </div>
      <Loaded query={query} what={t("oee.losses")} rows={10}>{(kpis) => {
        const kpi = periodAt(kpis.items, moment);
        return (
          <>
            <Periods by={by} items={kpis.items} chosen={kpi} change={(to) => show({ ...(to.by ? { by: to.by } : {}), at: to.at ?? undefined, step: undefined, reason: undefined })} />
            {kpi === undefined ? <p className="panel calm quiet" data-testid="no-period">{t("oee.noPeriod")}</p>
              : <PeriodView key={kpi.label} id={id} node={node} kpis={kpis} kpi={kpi} base={base} view={view} step={step} reason={reason} show={show} />}
          </>);
      }}</Loaded>
    </div>
  );
}

function PeriodView({ id, node, kpis, kpi, base, view, step, reason, show }: {
  readonly id: string; readonly node: TreeNode | undefined; readonly kpis: Kpis; readonly kpi: Kpi; readonly base: string | undefined; readonly view: "chart" | "table";
  readonly step: string | undefined; readonly reason: string | undefined; readonly show: (change: OeeSearch) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const now = usePlantNow(1000);
  const [asked, setAsked] = useState<Asked | null>(null);
  const [became, setBecame] = useState<readonly Stop[]>([]);
  const { baseline, failed } = useBaseline(id, kpis, kpi, base);
  const compared = baseline.kind === "period" ? baseline.kpi : undefined;
  const chart = waterfall(lossSteps(kpi));
  const parts = shiftParts(kpi);
  const minutes = (ms: number) => number.fixed(ms / 60_000, 2);
  const window = { from: Date.parse(kpi.from), to: Date.parse(kpi.to) };
  const stations = node === undefined ? [] : node.twin.kind === "line" ? node.children : [node];
  const names = new Map(stations.map(({ twin }) => [twin.id, twin.name]));
  const stepText = step === undefined ? undefined : t(`step.${step}`, step);
  const choose = (next: string) => show({ step: next === step ? undefined : next, reason: undefined });
  return (
    <>
      <section className="panel" aria-label={t("oee.title")}>
        <BaselineChoice kpi={kpi} items={kpis.items} base={base} failed={failed} baseline={baseline} choose={(next) => show({ base: next })} />
        <KpiFacts kpis={kpis} kpi={kpi} base={compared} />
        {chart.planned === 0 ? <p className="calm quiet">{t("oee.nothingPlanned")}</p> : (
          <>
            <p className="waterfall-shift" data-testid="shift-parts">
              {t("oee.shiftParts", { shift: minutes(parts.shift), breaks: minutes(parts.breaks) })}{" "}
              <button type="button" className="plain link" aria-pressed={step === "planned"} disabled={parts.planned === 0 && step !== "planned"} onClick={() => choose("planned")}>{t("oee.plannedStops", { planned: minutes(parts.planned) })}</button>{" "}
              {t("oee.plannedBusyIs", { busy: minutes(parts.busy) })}
            </p>
            <WaterfallChart chart={chart} base={compared && waterfall(lossSteps(compared))} view={view} chosen={step} canChoose={hasStops} choose={choose} />
          </>)}
      </section>
      <div className="oee-why">
        <section className="panel" aria-labelledby="pareto-title">
          <header><h2 id="pareto-title">{t("stops.pareto")}</h2><Narrowed to={stepText} clear={() => show({ step: undefined, reason: undefined })} /></header>
          <Pareto kpi={kpi} step={step} reason={reason} choose={(next) => show({ reason: next })} />
        </section>
        <StopList station={kpis.station} window={window} step={step} reason={reason} names={names} ask={setAsked} aside={<Narrowed to={reason === undefined ? stepText : reasonText(reason, kpi.stops.find((stop) => stop.reason === reason)?.name ?? reason, t)} clear={() => show({ step: undefined, reason: undefined })} />} />
      </div>
      {became.length > 0 && <Result parts={became} names={names} station={kpis.station} ask={setAsked} close={() => setBecame([])} />}
      <Queue scope={id} window={window} names={names} ask={setAsked} />
      {stations.length > 0 && <Stations node={node} stations={stations} window={window} open={kpi.open} now={now} />}
      {asked && <StopDialog key={`${asked.stop.id}${asked.verb}`} asked={asked} now={now} done={setBecame} close={() => setAsked(null)} />}
    </>
  );
}

/** Periods of the past hardly change: they are asked for again once a minute. */
function useBaseline(id: string, kpis: Kpis, kpi: Kpi, base: string | undefined): { readonly baseline: Baseline; readonly failed: boolean } {
  const choice = base === undefined ? null : base === "none" ? base : Date.parse(base);
  const moment = typeof choice === "number" ? choice : weekBefore(kpi);
  const query = useQuery({ ...kpisQuery(id, kpis.by, moment, moment + 1000), enabled: choice !== "none", refetchInterval: 60_000 });
  return { baseline: baselineOf(kpi, kpis.items, choice, query.data?.items), failed: query.data === undefined && query.isError };
}

/** @param to what the stops are narrowed to, in the reader's words */
function Narrowed({ to, clear }: { readonly to: string | undefined; readonly clear: () => void }) {
  const { t } = useTranslation();
  return to === undefined ? <span className="quiet small">{t("stops.all")}</span>
    : <span className="small">{t("stops.only")} <strong>{to}</strong> <button type="button" className="plain link" onClick={clear}>{t("stops.showAll")}</button></span>;
}

/** More than a day of eight stations is thousands of states that no screen can show. */
const longestTimeline = 26 * 3_600_000;

function Stations({ node, stations, window: { from, to }, open, now }: { readonly node: TreeNode | undefined; readonly stations: readonly TreeNode[]; readonly window: { readonly from: number; readonly to: number }; readonly open: boolean; readonly now: number | null }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-labelledby="stations-title">
      <header><h2 id="stations-title">{t("oee.stations")}</h2></header>
      {to - from > longestTimeline ? <p className="calm quiet">{t("oee.tooLong")}</p>
        : node && <AnnotatedStations node={node} stations={stations} from={from} to={open ? Math.max(from + 60_000, now ?? to) : to} until={open ? null : to} />}
    </section>
  );
}

function AnnotatedStations({ node, stations, from, to, until }: { readonly node: TreeNode; readonly stations: readonly TreeNode[]; readonly from: number; readonly to: number; readonly until: number | null }) {
  const { t } = useTranslation();
  const annotations = useAnnotations(node.twin.id, node.twin.kind, from, until, to);
  const places = [...new Map([node, ...stations].map(({ twin }) => [twin.id, { id: twin.id, name: twin.name }])).values()];
  return (
    <>
      <StateTimeline rows={stations.map(({ twin }) => ({ id: twin.id, name: twin.name }))} from={from} to={to} fetchFrom={from} until={until} label={t("timeline.aria", { names: node.twin.name })} marks={annotations.marks} />
      <NoteList annotations={annotations} from={from} to={to} places={places} at={null} />
    </>
  );
}
