import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { pastTwinQuery } from "../../lib/api/queries";
import type { Scalar, Twin } from "../../lib/api/types";
import { StateTimeline } from "../../lib/chart/StateTimeline";
import { useLive } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { StateText } from "../../lib/view/StateText";
import { flagText } from "../../lib/view/flags";
import { useFormats } from "../../lib/view/formats";

/** What was reported is late by the gateway's buffer and the historian's batch: wall time that those take when all is well. */
const arrivedAfterMs = 60_000;

/** A twin as the journal and the historian knew it at a moment. None of it moves. */
export function PastTwin({ id, at, length }: { readonly id: string; readonly at: number; readonly length: number }) {
  const { t } = useTranslation();
  const live = useLive();
  const query = useQuery(pastTwinQuery(id, at, () => {
    const now = live.plantNow();
    return now !== null && now - at > arrivedAfterMs * Math.max(1, live.view.getState().clock?.speed ?? 1);
  }));
  return <Loaded query={query} what={t("travel.past")} rows={8}>{(twin) => <Facts twin={twin} at={at} length={length} />}</Loaded>;
}

function Facts({ twin, at, length }: { readonly twin: Twin; readonly at: number; readonly length: number }) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const value = (v: Scalar, unit: string | null) => v === null ? "–" : <>{typeof v === "number" ? number.value(v) : String(v)}{unit && <small className="quiet"> {unit}</small>}</>;
  const names = [...new Set([...Object.keys(twin.reported), ...Object.keys(twin.desired)])];
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
          <span className="quiet small">{t("twin.offset")} {number.whole(twin.offset)}</span>
        </div>
      </section>
      {(twin.kind === "machine" || twin.kind === "station") && (
        <section className="panel" aria-label={t("twin.timeline")}>
          <header><h2>{t("twin.timeline")}</h2></header>
          <StateTimeline rows={[{ id: twin.id, name: twin.name }]} from={at - length} to={at} fetchFrom={at - length} until={at} label={t("timeline.aria", { names: twin.name })} />
        </section>
      )}
      {names.length > 0 && (
        <section className="panel" aria-label={t("twin.signals")}>
          <table className="grid">
            <thead><tr><th scope="col">{t("twin.signal")}</th><th scope="col" className="num">{t("twin.reported")}</th><th scope="col">{t("twin.quality")}</th><th scope="col" className="num">{t("events.at")}</th><th scope="col" className="num bar">{t("twin.desired")}</th></tr></thead>
            <tbody>{names.map((name) => {
              const [reported, desired] = [twin.reported[name], twin.desired[name]];
              return (
                <tr key={name}>
                  <th scope="row">{name}</th><td className="num" data-testid={`past-${name}`}>{value(reported?.v ?? null, reported?.unit ?? null)}</td>
                  <td>{reported?.t ? t(`quality.${reported.q}`) : t("view.unknown")}</td><td className="num">{reported?.t ? time.dateTime(Date.parse(reported.t)) : "–"}</td>
                  <td className="num bar">{desired ? value(desired.v, desired.unit) : ""}</td>
                </tr>);
            })}</tbody>
          </table>
        </section>
      )}
    </>
  );
}

const Fact = ({ label, value }: { readonly label: string; readonly value: string }) => <dl className="fact"><dt>{label}</dt><dd>{value}</dd></dl>;
