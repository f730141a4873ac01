import { useTranslation } from "react-i18next";
import type { Kpi, Kpis } from "../../lib/api/types";
import { Mark } from "../../lib/view/Mark";
import { type Formats, useFormats } from "../../lib/view/formats";
import { signed } from "./baseline";

interface Figure { readonly key: string; readonly of: (kpi: Kpi, formats: Formats) => string; readonly amount: (kpi: Kpi) => number | null; readonly unit: "points" | "perHour" | "seconds"; readonly whole?: boolean }

const ratio = (key: "oee" | "availability" | "effectiveness" | "quality" | "firstTimeThrough" | "scrapRatio", whole = false): Figure =>
  ({ key, of: (kpi, { number }) => number.percent(kpi[key]), amount: (kpi) => (kpi[key] === null ? null : kpi[key] * 100), unit: "points", whole });

const takt = (seconds: number | null, { number }: Formats) => (seconds === null ? "–" : `${number.fixed(seconds, 1)}\u00a0s`);
const figures: readonly Figure[] = [
  ratio("oee", true), ratio("availability"), ratio("effectiveness"), ratio("quality"),
  { key: "jobsPerHour", of: (kpi, { number }) => `${kpi.jobsPerHour === null ? "–" : number.fixed(kpi.jobsPerHour, 1)}\u00a0/\u00a0${number.fixed(kpi.jobsPerHourPlanned, 1)}`, amount: (kpi) => kpi.jobsPerHour, unit: "perHour" },
  { key: "takt", of: (kpi, formats) => `${takt(kpi.actualTaktSeconds, formats)}\u00a0/\u00a0${takt(kpi.taktSeconds, formats)}`, amount: (kpi) => kpi.actualTaktSeconds, unit: "seconds" },
  ratio("firstTimeThrough"), ratio("scrapRatio"),
];

/** The figures of a period, and how far they are from the baseline's; where they were stated otherwise before, the old ones stand beneath. */
export function KpiFacts({ kpis, kpi, base }: { readonly kpis: Kpis; readonly kpi: Kpi; readonly base: Kpi | undefined }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { number, time } = formats;
  const [from, to] = [Date.parse(kpi.from), Date.parse(kpi.to)];
  return (
    <div className="oee-facts">
      {figures.map(({ key, of, amount, unit, whole = false }) => {
        const [now, stated] = [of(kpi, formats), kpi.before && of(kpi.before, formats)];
        const [here, there] = [amount(kpi), base === undefined ? undefined : amount(base)];
        return (
          <dl key={key} className={`ratio ${whole ? "whole" : ""}`} title={t(`oee.${key}Why`, { defaultValue: "" })} data-testid={`kpi-${key}`}>
            <dt>{t(`oee.${key}`)}</dt><dd>{now}</dd>{stated !== null && stated !== now && <dd className="stated"><s>{stated}</s> {t("oee.stated")}</dd>}
            {base !== undefined && there !== undefined && <dd className="stated" data-testid={`delta-${key}`}>{here === null || there === null ? t("baseline.noFigure") : t(`baseline.${unit}`, { delta: signed(here - there, 1, number.fixed) })} <span className="quiet">({of(base, formats)})</span></dd>}
          </dl>);
      })}
      <dl className="oee-definition">
        <dt>{t("oee.definition")}</dt><dd data-testid="oee-definition">{kpis.definition.standard}, {t("oee.version", { version: kpis.definition.version })}</dd>
        <dt>{t("oee.rule")}</dt><dd>{kpis.definition.rule}{kpis.kind === "line" && <> · {t("oee.constraint")} <strong>{kpis.station}</strong> <span className="quiet">({t("oee.constraintBy")})</span></>}</dd>
        <dt>{t("oee.window")}</dt><dd data-testid="oee-window">{kpi.label}, {time.date(from)} {time.clock(from)} – {time.date(to)} {time.clock(to)}{kpi.open ? ` (${t("oee.running")})` : ""}</dd>
        <dt>{t("counts.produced")}</dt><dd>{number.whole(kpi.produced)} · {t("counts.good")} {number.whole(kpi.good)} · {t("counts.scrap")} {number.whole(kpi.scrap)}</dd>
        <dt>{t("oee.statedAt")}</dt><dd>{kpi.statedAt === null ? t("oee.notStated") : time.dateTime(Date.parse(kpi.statedAt))}</dd>
      </dl>
      {kpi.before && <Restated kpi={kpi} />}
    </div>
  );
}

/** Old and new are both kept; who changed what stands beside them. */
function Restated({ kpi }: { readonly kpi: Kpi }) {
  const { t } = useTranslation();
  const { time } = useFormats();
  return (
    <div className="oee-restated" data-testid="restated">
      <p><Mark severity="p3" label={t("severity.p3")} /> <strong>{t("oee.restated", { time: kpi.restatedAt === null ? "–" : time.dateTime(Date.parse(kpi.restatedAt)) })}</strong></p>
      <ol>{kpi.restatements.map((each) => <li key={`${each.at}${each.why}`}><span className="quiet">{time.dateTime(Date.parse(each.at))}</span> {each.by ?? t("oee.byPlant")}: {each.why}</li>)}</ol>
    </div>
  );
}
