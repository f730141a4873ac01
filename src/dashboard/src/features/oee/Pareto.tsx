import { useTranslation } from "react-i18next";
import type { Kpi } from "../../lib/api/types";
import { useFormats } from "../../lib/view/formats";
import { pareto, stopsOf } from "./figures";
import { reasonText } from "../../lib/view/reasonText";

/** Why it stood, by the time that each reason took: of all stops, or of one step of the waterfall. */
export function Pareto({ kpi, step, reason, choose }: { readonly kpi: Kpi; readonly step: string | undefined; readonly reason: string | undefined; readonly choose: (reason: string | undefined) => void }) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const rows = pareto(stopsOf(kpi, step));
  if (rows.length === 0) return <p className="calm quiet">{t("stops.none")}</p>;
  const most = rows[0]?.seconds ?? 1;
  return (
    <table className="grid pareto" data-testid="pareto">
      <thead><tr><th scope="col">{t("stops.reason")}</th><th scope="col" className="pareto-bars"><span className="visually-hidden">{t("oee.share")}</span></th><th scope="col" className="num">{t("oee.minutes")}</th><th scope="col" className="num">{t("stops.count")}</th><th scope="col" className="num">{t("stops.cumulative")}</th></tr></thead>
      <tbody>{rows.map((row) => (
        <tr key={row.reason} data-reason={row.reason} data-chosen={row.reason === reason}>
          <th scope="row"><button type="button" className="plain" aria-pressed={row.reason === reason} onClick={() => choose(row.reason === reason ? undefined : row.reason)}>{reasonText(row.reason, row.name, t)}</button></th>
          <td className="pareto-bars" aria-hidden="true"><svg viewBox="0 0 100 10" preserveAspectRatio="none"><rect width={(row.seconds / most) * 100} height="10" className="step" data-step={row.category} vectorEffect="non-scaling-stroke" /></svg></td>
          <td className="num strong">{number.fixed(row.seconds / 60, 2)}</td><td className="num">{number.whole(row.count)}</td><td className="num quiet">{number.percent(row.cumulative)}</td>
        </tr>))}</tbody>
    </table>
  );
}
