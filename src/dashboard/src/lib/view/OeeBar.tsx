import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { oeeQuery, plantQuery } from "../api/queries";
import { useFormats } from "./formats";
import { staleSince } from "./Loaded";
import { Mark } from "./Mark";
import "./OeeBar.css";

/** Before that much planned time has passed, a figure of the shift says little. */
const tellsFromMs = 30 * 60_000;

/** Analog OEE of the running shift against its target band: the length is read before the number is. */
export function OeeBar({ id, wide = false }: { readonly id: string; readonly wide?: boolean }) {
  const { t, i18n } = useTranslation();
  const { number } = useFormats();
  const { data, error, dataUpdatedAt } = useQuery(oeeQuery(id));
  const oee = data?.ratios.oee ?? null;
  const share = Math.max(0, Math.min(1, oee ?? 0));
  const target = useQuery(plantQuery).data?.lines.find((line) => line.id === id)?.oeeTarget ?? null;
  const below = target !== null && oee !== null && oee < target.low && (data?.times.plannedBusyMs ?? 0) >= tellsFromMs;
  const aim = target && t("oee.target", { low: number.percent(target.low), high: number.percent(target.high) });
  const text = error && !data ? t("oee.unknown") : number.percent(oee);
  const old = error && data ? staleSince(dataUpdatedAt, error, t, i18n.resolvedLanguage) : null;
  const parts = data && (["availability", "effectiveness", "quality"] as const).map((name) => `${t(`oee.${name}`)} ${number.percent(data.ratios[name])}`).join(" · ");
  return (
    <div className={`oee-bar ${old === null ? "" : "hatched"}`} data-testid={`oee-${id}`} data-wide={wide} data-failed={error !== null} data-below={below} title={old ?? [parts, aim].filter(Boolean).join(" · ")}>
      <span className="quiet">{t("oee.oee")}</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={[t("oee.oee"), text, aim, old].filter(Boolean).join(" ")}>
        <rect width="100" height="10" fill="var(--field)" />
        <rect width={share * 100} height="10" fill="var(--fill)" />
        {[25, 50, 75].map((x) => <path key={x} d={`M${x} 0 V10`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />)}
        {target && <rect x={target.low * 100} y="1" width={(target.high - target.low) * 100} height="8" fill="none" stroke="var(--outline)" strokeDasharray="3 2" vectorEffect="non-scaling-stroke" />}
        {oee !== null && <path d={`M${share * 100} 0 V10`} stroke="var(--ink)" strokeWidth="3" vectorEffect="non-scaling-stroke" />}
      </svg>
      <span className="num strong">{below && <><Mark severity="p3" label={t("oee.below")} /> </>}{text}</span>
    </div>
  );
}
