import type { Grain, Kpi, LossStep, StopCategory, StopSum } from "../../lib/api/types";

const day = 86_400_000;
/** How far back the list of periods reaches; the host answers for at most 31 days. */
const reach: Readonly<Record<Grain, number>> = { shift: 2 * day, day: 14 * day, week: 28 * day };

/**
 * Which stretch of plant time is asked for: the newest one, or one around a moment that lies further back. It moves by the hour, so that the
 * host is not asked for another one with every tick.
 */
export function reachOf(by: Grain, at: number | null, now: number): { readonly from: number; readonly to: number | null } {
  const hour = Math.floor(now / 3_600_000) * 3_600_000;
  if (at !== null && at < hour - reach[by] * 0.75) return { from: at - reach[by] / 2, to: at + reach[by] / 2 };
  return { from: hour - reach[by], to: null };
}

/** The period that a moment is in; the newest one where no moment is asked for. */
export const periodAt = (items: readonly Kpi[], at: number | null): Kpi | undefined =>
  at === null ? items.at(-1) : items.find((item) => Date.parse(item.from) <= at && at < Date.parse(item.to));

/** In the order in which the waterfall falls: what nobody has explained stands first. Planned stops are no part of the busy time and stand before it. */
export const lossCategories: readonly StopCategory[] = ["uncoded", "unplanned", "microStop", "changeover", "material", "quality", "organisation"];

const ms = (seconds: number): number => Math.round(seconds * 1000);
const sum = (stops: readonly StopSum[]): number => stops.reduce((total, stop) => total + ms(stop.seconds), 0);

/** Stops of a step of the waterfall; `planned` and the loss categories are steps with stops, the others have none. */
export const stopsOf = (kpi: Kpi, step: string | undefined): readonly StopSum[] => kpi.stops.filter((stop) => step === undefined || stop.category === step);
export const hasStops = (step: string): boolean => step === "planned" || (lossCategories as readonly string[]).includes(step);

/** Planned busy time, what took of it, and what is left; whole milliseconds. */
export function lossSteps(kpi: Kpi): readonly LossStep[] {
  const pri = ms(kpi.taktSeconds);
  const speed = ms(kpi.actualProductionSeconds) - pri * kpi.produced;
  const step = (key: string, kind: LossStep["kind"], value: number): LossStep => ({ key, label: key, kind, ms: value });
  return [
    step("plannedBusy", "total", ms(kpi.plannedBusySeconds)),
    ...lossCategories.map((category) => step(category, "loss", sum(stopsOf(kpi, category)))),
    step("notObserved", "loss", ms(kpi.notObservedSeconds)),
    step("speed", "loss", Math.max(0, speed)),
    step("speedGain", "gain", Math.max(0, -speed)),
    step("scrap", "loss", pri * (kpi.produced - kpi.good)),
    step("effective", "result", pri * kpi.good),
  ];
}

/** Shift time − breaks − planned stops = planned busy time. */
export function shiftParts(kpi: Kpi): { readonly shift: number; readonly breaks: number; readonly planned: number; readonly busy: number } {
  const [shift, planned, busy] = [ms(kpi.shiftSeconds), ms(kpi.plannedStopSeconds), ms(kpi.plannedBusySeconds)];
  return { shift, breaks: shift - planned - busy, planned, busy };
}

export interface ParetoRow extends StopSum { readonly share: number; readonly cumulative: number }

/** Reasons by the time that they took, the worst first. */
export function pareto(stops: readonly StopSum[]): readonly ParetoRow[] {
  const total = sum(stops);
  let before = 0;
  return stops.toSorted((a, b) => b.seconds - a.seconds || a.reason.localeCompare(b.reason)).map((stop) => {
    before += ms(stop.seconds);
    return { ...stop, share: total === 0 ? 0 : ms(stop.seconds) / total, cumulative: total === 0 ? 0 : before / total };
  });
}
