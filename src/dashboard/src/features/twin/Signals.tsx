import { useQuery } from "@tanstack/react-query";
import { Suspense, lazy } from "react";
import { useTranslation } from "react-i18next";
import { signalsQuery } from "../../lib/api/queries";
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

/** Which signals of a twin have a trend, and how the choice is written into the address. */
export function chartsOf(twin: Twin, chosen: string | undefined) {
  const names = Object.keys(twin.reported);
  const charted = chosen === undefined ? names.filter((name) => !notByDefault.has(name) && !(name in twin.desired) && typeof twin.reported[name]?.v !== "string").slice(0, defaultCharts) : chosen.split(",").filter((name) => names.includes(name));
  const toggled = (name: string) => (charted.includes(name) ? charted.filter((each) => each !== name) : names.filter((each) => each === name || charted.includes(each))).join(",") || "none";
  return { names, charted, toggled };
}

/** Trends of a twin's signals, now or up to a moment of the past. */
export function Trends({ twin, charted, window, until = null }: { readonly twin: Twin; readonly charted: readonly string[]; readonly window: Window; readonly until?: number | null }) {
  const { t } = useTranslation();
  return (
    <section className="panel" aria-label={t("twin.trend")}>
      <header><h2>{t("twin.trend")}</h2><span className="quiet small">{t("chart.band")} · {t("chart.gap")} · {t("chart.limit")}</span></header>
      {charted.length === 0 ? <p className="calm quiet">{t("twin.noTrend")}</p>
        : <Suspense fallback={<p className="calm quiet" role="status">…</p>}><SignalCharts key={until ?? "now"} owner={twin.id} ids={charted.map((name) => `${twin.id}.${name}`)} window={window} until={until} /></Suspense>}
    </section>
  );
}

export function Signals({ twin, window, chosen, choose }: { readonly twin: Twin; readonly window: Window; readonly chosen: string | undefined; readonly choose: (signals: string | undefined) => void }) {
  const { t } = useTranslation();
  const { names, charted, toggled } = chartsOf(twin, chosen);
  const definitions = useQuery(signalsQuery(twin.id)).data;
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
              <td className="pick">{typeof twin.reported[name]?.v !== "string" && <input type="checkbox" checked={charted.includes(name)} onChange={() => choose(toggled(name))} aria-label={t("twin.trendOf", { name })} />}</td>
              <th scope="row">{name}</th>
              <ValueCells id={`${twin.id}.${name}`} name={name} signal={definitions?.get(`${twin.id}.${name}`)} />
              {hasDesired && <DesiredCells id={`${twin.id}.${name}`} desired={twin.desired[name]} />}
            </tr>))}</tbody>
        </table>
      </section>
      <Trends twin={twin} charted={charted} window={window} />
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
