import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { cutQuery, pastTwinQuery, signalsQuery } from "../../lib/api/queries";
import type { Scalar, Twin } from "../../lib/api/types";
import { equipmentTree } from "../../lib/plant/tree";
import { useLive, useLiveView } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { display } from "../../lib/view/ValueCell";
import { flagText } from "../../lib/view/flags";
import { useFormats } from "../../lib/view/formats";
import { type TwinSearch, type Window, windows } from "../../lib/view/search";
import { AnnotatedTimeline } from "./AnnotatedTimeline";
import { Events } from "./Events";
import { Neighbours } from "./Neighbours";
import { Trends, chartsOf } from "./Signals";
import { WindowChoice } from "./WindowChoice";

/** What was reported is late by the gateway's buffer and the historian's batch: wall time that those take when all is well. */
const arrivedAfterMs = 60_000;

/** A twin as the journal and the historian knew it at a moment, with what it had reported, recorded and stood beside until then. None of it moves. */
export function PastTwin({ id, at, window }: { readonly id: string; readonly at: number; readonly window: Window }) {
  const { t } = useTranslation();
  const live = useLive();
  const query = useQuery(pastTwinQuery(id, at, () => {
    const now = live.plantNow();
    return now !== null && now - at > arrivedAfterMs * Math.max(1, live.view.getState().clock?.speed ?? 1);
  }));
  return <Loaded query={query} what={t("travel.past")} rows={8}>{(twin) => <Facts twin={twin} at={at} window={window} />}</Loaded>;
}

function Facts({ twin, at, window }: { readonly twin: Twin; readonly at: number; readonly window: Window }) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const search = useSearch({ from: "/twins/$id" });
  const navigate = useNavigate({ from: "/twins/$id" });
  const definitions = useQuery({ ...signalsQuery(twin.id), enabled: twin.kind !== "workOrder" }).data;
  const show = (change: TwinSearch) => void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  const value = (name: string, v: Scalar, unit: string | null) => <>{display(name, v, number, definitions?.get(`${twin.id}.${name}`)?.texts)}{unit && v !== null && <small className="quiet"> {unit}</small>}</>;
  const names = [...new Set([...Object.keys(twin.reported), ...Object.keys(twin.desired)])];
  const values = Object.values(twin.reported);
  const fresh = values.filter((each) => each.t !== null && each.q !== "stale" && each.q !== "bad").length;
  const { charted, toggled } = chartsOf(twin, search.signals);
  return (
    <>
      <section className="panel twin-head" aria-label={twin.name} data-testid="past-twin">
        <title>{`${twin.name} – DigitalTwin`}</title>
        <div className="twin-name"><h1>{twin.name}</h1><p className="quiet small">{twin.id}</p></div>
        {twin.state !== null && <dl className="fact state"><dt>{t("twin.state")}</dt><dd><StateText state={twin.state} testId="twin-state" /></dd>{twin.stateSince !== null && <dd className="quiet small">{t("twin.since")} {time.dateTime(Date.parse(twin.stateSince))}</dd>}</dl>}
        {twin.mode !== null && <Fact label={t("twin.mode")} value={twin.mode} />}
        {twin.fault !== null && <Fact label={t("twin.fault")} value={twin.fault === 0 ? "–" : String(twin.fault)} />}
        {twin.currentVehicle && <Fact label={t("twin.vehicle")} value={twin.currentVehicle} />}
        {twin.counts && (["produced", "good", "scrap"] as const).map((name) => <Fact key={name} label={t(`counts.${name}`)} value={number.whole(twin.counts?.[name] ?? 0)} />)}
        <div className="twin-aside">
          {twin.flags.map((flag) => <span key={flag} className="flag" data-testid="flag"><Mark severity="p3" label={t("severity.p3")} /> {flagText(flag, t)}</span>)}
          {values.length > 0 && <span className="small" data-testid="fresh-then" data-fresh={fresh}>{fresh < values.length && <Mark severity="stale" />} {t("travel.freshThen", { fresh, all: values.length })}</span>}
          <span className="quiet small">{t("twin.offset")} {number.whole(twin.offset)}</span>
        </div>
      </section>
      {(twin.kind === "machine" || twin.kind === "station") && (
        <section className="panel" aria-label={t("twin.timeline")}>
          <header className="timeline-head"><h2>{t("twin.timeline")}</h2><WindowChoice window={window} choose={(next) => show({ window: next })} /></header>
          <AnnotatedTimeline twin={twin} from={at - windows[window]} to={at} fetchFrom={at - windows[window]} until={at}
            pick={(moment) => void navigate({ search: (before) => ({ ...before, at: new Date(moment).toISOString() }) })} />
        </section>
      )}
      <Tabs value={search.tab ?? "signals"} onChange={(next) => show({ tab: next === "events" ? "events" : "signals" })} keepMounted={false} color="dark">
        <Tabs.List><Tabs.Tab value="signals">{t("twin.signals")}</Tabs.Tab><Tabs.Tab value="events">{t("twin.events")}</Tabs.Tab></Tabs.List>
        <Tabs.Panel value="signals" pt={10}>
          <div className="stack">
            {names.length > 0 && (
              <div className="signals">
                <section className="panel" aria-label={t("twin.signals")}>
                  <table className="grid">
                    <thead><tr><th scope="col"><span className="visually-hidden">{t("twin.trend")}</span></th><th scope="col">{t("twin.signal")}</th><th scope="col" className="num">{t("twin.reported")}</th><th scope="col">{t("twin.quality")}</th><th scope="col" className="num">{t("events.at")}</th><th scope="col" className="num bar">{t("twin.desired")}</th></tr></thead>
                    <tbody>{names.map((name) => {
                      const [reported, desired] = [twin.reported[name], twin.desired[name]];
                      return (
                        <tr key={name}>
                          <td className="pick">{typeof reported?.v === "number" && <input type="checkbox" checked={charted.includes(name)} onChange={() => show({ signals: toggled(name) })} aria-label={t("twin.trendOf", { name })} />}</td>
                          <th scope="row">{name}</th><td className="num" data-testid={`past-${name}`}>{value(name, reported?.v ?? null, reported?.unit ?? null)}</td>
                          <td>{reported?.t ? t(`quality.${reported.q}`) : t("view.unknown")}</td><td className="num">{reported?.t ? time.dateTime(Date.parse(reported.t)) : "–"}</td>
                          <td className="num bar">{desired ? value(name, desired.v, desired.unit) : ""}</td>
                        </tr>);
                    })}</tbody>
                  </table>
                </section>
                <Trends twin={twin} charted={charted} window={window} until={at} />
              </div>
            )}
            {twin.kind !== "workOrder" && <PastNeighbours twin={twin} at={at} />}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="events" pt={10}><Events id={twin.id} until={at} filter={search.event ?? ""} setFilter={(event) => show({ event: event === "" ? undefined : event })} /></Tabs.Panel>
      </Tabs>
    </>
  );
}

const Fact = ({ label, value }: { readonly label: string; readonly value: string }) => <dl className="fact"><dt>{label}</dt><dd>{value}</dd></dl>;

/** From one cut of the line (of a place above lines: of the place), so that all of them are as they were after the same event. */
function PastNeighbours({ twin, at }: { readonly twin: Twin; readonly at: number }) {
  const { t } = useTranslation();
  const line = useLiveView((view) => [...view.twins.values()].find((each) => each.kind === "line" && twin.id.startsWith(`${each.id}.`))?.id);
  const query = useQuery(cutQuery(line ?? twin.id, at));
  const items = query.data?.items;
  const tree = useMemo(() => equipmentTree(items ?? []), [items]);
  return <Loaded query={query} what={t("twin.neighbours")}>{() => <Neighbours tree={tree} id={twin.id} at={at} />}</Loaded>;
}
