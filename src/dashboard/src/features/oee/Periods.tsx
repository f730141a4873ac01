import { Button, SegmentedControl } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Grain, Kpi } from "../../lib/api/types";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";

const grains: readonly Grain[] = ["shift", "day", "week"];

/** Shifts, days or weeks side by side, each with its OEE; the chosen one is what the rest of the page is of. */
export function Periods({ by, items, chosen, change }: {
  readonly by: Grain; readonly items: readonly Kpi[]; readonly chosen: Kpi | undefined;
  /** `at` null: the newest period, and the ones that follow it. */
  readonly change: (to: { readonly by?: Grain; readonly at: string | null }) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormats();
  const place = chosen === undefined ? -1 : items.indexOf(chosen);
  const earlier = items[place - 1]?.from ?? (items[0] === undefined || place > 0 ? undefined : new Date(Date.parse(items[0].from) - 1).toISOString());
  const later = place >= 0 ? items[place + 1] : undefined;
  const go = (item: Kpi) => change({ at: item.open ? null : item.from });
  return (
    <section className="panel periods" aria-label={t("oee.periods")}>
      <SegmentedControl size="xs" value={by} aria-label={t("oee.by")} data={grains.map((value) => ({ value, label: t(`oee.${value}`) }))} onChange={(next) => change({ by: next, at: null })} />
      <Button.Group>
        <Button variant="default" size="xs" disabled={earlier === undefined} onClick={() => earlier !== undefined && change({ at: earlier })}>◂ {t("oee.earlier")}</Button>
        <Button variant="default" size="xs" disabled={later === undefined} onClick={() => later && go(later)}>{t("oee.later")} ▸</Button>
      </Button.Group>
      <ul>{items.slice(-14).map((item) => (
        <li key={item.label}><button type="button" className="plain period" aria-pressed={item === chosen} onClick={() => go(item)} data-testid="period" data-label={item.label}>
          <span className="small">{item.label}</span>
          <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="8" fill="var(--field)" /><rect width={Math.max(0, Math.min(1, item.oee ?? 0)) * 100} height="8" fill="var(--setup)" /></svg>
          <span className="num strong">{number.percent(item.oee)}{item.before && <> <Mark severity="p3" label={t("oee.isRestated")} /></>}</span>
        </button></li>))}</ul>
    </section>
  );
}
