import { useTranslation } from "react-i18next";
import type { Kpi } from "../../lib/api/types";
import type { Baseline } from "./baseline";

/** What the period shown is compared with, and in words what that is, or why there is nothing to compare it with. */
export function BaselineChoice({ kpi, items, base, failed, baseline, choose }: {
  readonly kpi: Kpi; readonly items: readonly Kpi[]; readonly base: string | undefined; readonly failed: boolean; readonly baseline: Baseline; readonly choose: (base: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const earlier = items.filter((item) => Date.parse(item.to) <= Date.parse(kpi.from));
  const elsewhere = base !== undefined && base !== "none" && !earlier.some((item) => item.from === base);   // a link's, or of another stretch of time
  return (
    <div className="oee-baseline small" data-testid="baseline" data-kind={baseline.kind}>
      <label>{t("baseline.with")}{" "}
        <select value={base ?? ""} onChange={(event) => choose(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}>
          <option value="">{t("baseline.default")}</option>
          {earlier.toReversed().map((item) => <option key={item.from} value={item.from}>{item.label}</option>)}
          {elsewhere && <option value={base}>{baseline.kind === "period" ? baseline.kpi.label : baseline.kind === "empty" ? baseline.label ?? base : base}</option>}
          <option value="none">{t("baseline.none")}</option>
        </select>
      </label>
      <span role="status">{failed ? t("baseline.failed") : said()}{baseline.kind === "period" && kpi.open && <> {t("baseline.running")}</>}</span>
    </div>
  );

  function said() {
    switch (baseline.kind) {
      case "none": return null;
      case "waiting": return t("baseline.waiting");
      case "empty": return baseline.chosen ? t("baseline.emptyChosen", { label: baseline.label ?? "" }) : t("baseline.empty");
      case "period": return <><strong>{baseline.kpi.label}</strong>: {t(`baseline.why.${baseline.why}`)}</>;
      default: return baseline satisfies never;
    }
  }
}
