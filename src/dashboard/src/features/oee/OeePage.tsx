import { Button, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { oeeQuery, plantQuery } from "../../lib/api/queries";
import type { OeeLosses } from "../../lib/api/types";
import { StateTimeline } from "../../lib/chart/StateTimeline";
import { find } from "../../lib/plant/tree";
import { usePlantNow } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { useFormats } from "../../lib/view/formats";
import { usePlantTree } from "../../lib/view/plantView";
import type { OeeSearch } from "../../lib/view/search";
import { WaterfallChart } from "./WaterfallChart";
import { waterfall } from "./waterfall";

/** L2: where the planned time of a line or station went, by a definition that is said. */
export function OeePage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/oee/$id" });
  const { view = "chart", shift = 0 } = useSearch({ from: "/oee/$id" });
  const navigate = useNavigate({ from: "/oee/$id" });
  const running = useQuery(plantQuery).data?.shift ?? null;
  const query = useQuery({ ...oeeQuery(id, shift > 0 && running ? shiftBefore(running, shift) : undefined), placeholderData: (before) => before });
  const node = find(usePlantTree(), id);
  const show = (change: OeeSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const back = (n: number) => show({ shift: n > 0 ? n : undefined });
  return (
    <div className="page">
      <title>{`${t("oee.title")}: ${node?.twin.name ?? id} – DigitalTwin`}</title>
      <div className="oee-head">
        <h1>{t("oee.title")}: <Link to="/twins/$id" params={{ id }} className="link">{node?.twin.name ?? id}</Link></h1>
        <span className="push" />
        {running && <Button.Group>
          <Button variant="default" size="xs" onClick={() => back(shift + 1)}>◂ {t("oee.earlier")}</Button>
          <Button variant="default" size="xs" onClick={() => back(shift - 1)} disabled={shift === 0}>{t("oee.later")} ▸</Button>
        </Button.Group>}
        <SegmentedControl size="xs" value={view} aria-label={t("oee.view")} data={[{ value: "chart", label: t("oee.chart") }, { value: "table", label: t("oee.table") }]}
          onChange={(next) => show({ view: next === "table" ? "table" : undefined })} />
      </div>
      <section className="panel" aria-label={t("oee.title")}>
        <Loaded query={query} what={t("oee.losses")} rows={10}>{(losses) => <Losses losses={losses} view={view} running={shift === 0} />}</Loaded>
      </section>
      {query.data && <Stations id={id} losses={query.data} running={shift === 0} />}
    </div>
  );
}

function Losses({ losses, view, running }: { readonly losses: OeeLosses; readonly view: "chart" | "table"; readonly running: boolean }) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const chart = waterfall(losses.steps);
  const { ratios, definition, shift } = losses;
  const [from, to] = [Date.parse(losses.from), Date.parse(losses.to)];
  return (
    <>
      <div className="oee-facts">
        <Ratio label={t("oee.availability")} value={number.percent(ratios.availability)} />
        <Ratio label={t("oee.effectiveness")} value={number.percent(ratios.effectiveness)} />
        <Ratio label={t("oee.quality")} value={number.percent(ratios.quality)} />
        <Ratio label={t("oee.oee")} value={number.percent(ratios.oee)} whole />
        <dl className="oee-definition">
          <dt>{t("oee.definition")}</dt><dd data-testid="oee-definition">{definition.standard}, {t("oee.version", { version: definition.version })}</dd>
          <dt>{t("oee.rule")}</dt><dd>{definition.rule}</dd>
          <dt>{t("oee.window")}</dt><dd data-testid="oee-window">{shift ? `${shift.name}, ` : ""}{time.date(from)} {time.clock(from)} – {time.clock(to)}{running ? ` (${t("oee.running")})` : ""}</dd>
          <dt>{t("counts.produced")}</dt><dd>{number.whole(losses.quantities.produced)} · {t("counts.good")} {number.whole(losses.quantities.good)} · {t("counts.scrap")} {number.whole(losses.quantities.scrap)}</dd>
          <dt>{t("oee.cycle")}</dt><dd>{number.value(losses.times.plannedRunTimePerItemMs / 1000)} s</dd>
          {losses.constraintStation && <><dt>{t("oee.constraint")}</dt><dd>{losses.constraintStation}</dd></>}
        </dl>
      </div>
      {chart.planned === 0 ? <p className="calm quiet">{t("oee.nothingPlanned")}</p> : <WaterfallChart chart={chart} view={view} />}
    </>
  );
}

const Ratio = ({ label, value, whole = false }: { readonly label: string; readonly value: string; readonly whole?: boolean }) =>
  <dl className={`ratio ${whole ? "whole" : ""}`}><dt>{label}</dt><dd>{value}</dd></dl>;

function Stations({ id, losses, running }: { readonly id: string; readonly losses: OeeLosses; readonly running: boolean }) {
  const { t } = useTranslation();
  const node = find(usePlantTree(), id);
  const now = usePlantNow(1000);
  if (node === undefined) return null;
  const below = node.twin.kind === "line" ? node.children : [node, ...node.children];
  const [from, end] = [Date.parse(losses.from), Date.parse(losses.to)];
  return (
    <section className="panel" aria-labelledby="stations-title">
      <header><h2 id="stations-title">{t("oee.stations")}</h2></header>
      <StateTimeline rows={below.map(({ twin }) => ({ id: twin.id, name: twin.name }))} from={from} to={running ? Math.max(from + 60_000, now ?? end) : end} fetchFrom={from} until={running ? null : end}
        label={t("timeline.aria", { names: node.twin.name })} />
    </section>
  );
}

/** Shifts of one length follow each other; the window shown is always said beside the figures. */
function shiftBefore(running: { readonly from: string; readonly to: string }, n: number) {
  const [from, to] = [Date.parse(running.from), Date.parse(running.to)];
  return { from: from - n * (to - from), to: to - n * (to - from) };
}
