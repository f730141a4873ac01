import { Suspense, lazy } from "react";
import { useTranslation } from "react-i18next";
import type { DesiredValue, Twin } from "../../lib/api/types";
import { useValue } from "../../lib/stream/hooks";
import { isKnown } from "../../lib/stream/staleness";
import type { Window } from "../../lib/view/search";
import { ValueCells } from "../../lib/view/ValueCell";
import { useFormats } from "../../lib/view/formats";

const SignalCharts = lazy(async () => ({ default: (await import("../../lib/chart/SignalCharts")).SignalCharts }));

/** Signals whose trend says little: states have the timeline, counters only ever grow. */
const notByDefault = new Set(["state", "mode", "fault", "vehicle", "produced", "good", "scrap", "energy"]);
const defaultCharts = 4;

export function Signals({ twin, window, chosen, choose }: { readonly twin: Twin; readonly window: Window; readonly chosen: string | undefined; readonly choose: (signals: string | undefined) => void }) {
  const { t } = useTranslation();
  const names = Object.keys(twin.reported);
  const charted = chosen === undefined ? names.filter((name) => !notByDefault.has(name) && !(name in twin.desired)).slice(0, defaultCharts) : chosen.split(",").filter((name) => names.includes(name));
  const toggle = (name: string) => choose((charted.includes(name) ? charted.filter((each) => each !== name) : names.filter((each) => each === name || charted.includes(each))).join(",") || "none");
  const hasDesired = twin.kind === "machine" || Object.keys(twin.desired).length > 0;
  return (
    <div className="signals">
      <section className="panel" aria-label={t("twin.signals")}>
        <table className="grid">
          <thead><tr>
            <th scope="col"><span className="visually-hidden">{t("twin.trend")}</span></th><th scope="col">{t("twin.signal")}</th><th scope="col" className="num">{t("twin.reported")}</th><th scope="col">{t("twin.quality")}</th><th scope="col" className="num">{t("twin.age")}</th>
            {hasDesired && <><th scope="col" className="num bar">{t("twin.desired")}</th><th scope="col" className="num">{t("twin.difference")}</th></>}
          </tr></thead>
          <tbody>{names.map((name) => (
            <tr key={name}>
              <td className="pick">{typeof twin.reported[name]?.v !== "string" && <input type="checkbox" checked={charted.includes(name)} onChange={() => toggle(name)} aria-label={t("twin.trendOf", { name })} />}</td>
              <th scope="row">{name}</th>
              <ValueCells id={`${twin.id}.${name}`} name={name} />
              {hasDesired && <DesiredCells id={`${twin.id}.${name}`} desired={twin.desired[name]} />}
            </tr>))}</tbody>
        </table>
      </section>
      <section className="panel" aria-label={t("twin.trend")}>
        <header><h2>{t("twin.trend")}</h2><span className="quiet small">{t("chart.band")} · {t("chart.gap")}</span></header>
        {charted.length === 0 ? <p className="calm quiet">{t("twin.noTrend")}</p> : <Suspense fallback={<p className="calm quiet" role="status">…</p>}><SignalCharts ids={charted.map((name) => `${twin.id}.${name}`)} window={window} /></Suspense>}
      </section>
    </div>
  );
}

function DesiredCells({ id, desired }: { readonly id: string; readonly desired: DesiredValue | undefined }) {
  const { t } = useTranslation();
  const { number, time } = useFormats();
  const { v: reported, q } = useValue(id);
  if (desired === undefined) return <><td className="bar" /><td /></>;
  const difference = isKnown(q) && typeof reported === "number" && typeof desired.v === "number" ? reported - desired.v : null;
  return (
    <>
      <td className="num bar" title={`${t("twin.by", { by: desired.by })}, ${time.dateTime(Date.parse(desired.t))}`}>{typeof desired.v === "number" ? number.value(desired.v) : String(desired.v)}{desired.unit && <small className="quiet"> {desired.unit}</small>}</td>
      <td className="num">{difference === null ? "–" : Math.abs(difference) < 1e-9 ? "0" : `${difference > 0 ? "+" : "−"}${number.value(Math.abs(difference))}`}</td>
    </>
  );
}
