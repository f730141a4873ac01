import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { oeeQuery } from "../api/queries";
import { useFormats } from "./formats";
import "./OeeBar.css";

/** Analog OEE of the running shift: the length is read before the number is. */
export function OeeBar({ id, wide = false }: { readonly id: string; readonly wide?: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const { data, error } = useQuery(oeeQuery(id));
  const oee = data?.ratios.oee ?? null;
  const share = Math.max(0, Math.min(1, oee ?? 0));
  const text = error && !data ? t("oee.unknown") : number.percent(oee);
  return (
    <div className="oee-bar" data-wide={wide} data-failed={error !== null} title={data ? `A ${number.percent(data.ratios.availability)} · E ${number.percent(data.ratios.effectiveness)} · Q ${number.percent(data.ratios.quality)}` : undefined}>
      <span className="quiet">OEE</span>
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label={`OEE ${text}`}>
        <rect width="100" height="10" fill="var(--field)" />
        <rect width={share * 100} height="10" fill="var(--fill)" />
        {[25, 50, 75].map((x) => <path key={x} d={`M${x} 0 V10`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />)}
        {oee !== null && <path d={`M${share * 100} 0 V10`} stroke="var(--ink)" strokeWidth="3" vectorEffect="non-scaling-stroke" />}
      </svg>
      <span className="num strong">{text}</span>
    </div>
  );
}
