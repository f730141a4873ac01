import type { Kpi } from "../../lib/api/types";
import { periodAt } from "./figures";

const week = 7 * 86_400_000;

/** A moment in the same shift, day or week one week before: its middle, which a change of the clocks does not move out of it. */
export const weekBefore = (kpi: Kpi): number => (Date.parse(kpi.from) + Date.parse(kpi.to)) / 2 - week;

/** Nothing compares with a period in which nothing was planned, or nobody looked. */
export const hasFigures = (kpi: Kpi): boolean => kpi.plannedBusySeconds > 0 && kpi.notObservedSeconds < kpi.plannedBusySeconds;

/** What a reader asked for: a moment in a period, no comparison, or null for what suits most. */
export type BaselineChoice = number | "none" | null;

export type Baseline =
  | { readonly kind: "none" }
  | { readonly kind: "waiting" }
  /** `label`: the period that has no figures; null where there is none at all. */
  | { readonly kind: "empty"; readonly label: string | null; readonly chosen: boolean }
  | { readonly kind: "period"; readonly kpi: Kpi; readonly why: "chosen" | "weekBefore" | "before" };

/**
 * The period that another one is compared with: the chosen one, else the same one a week before, else the newest earlier one that has figures.
 * One that was chosen is never replaced by another.
 * @param asked periods around the chosen moment, or a week before; undefined while they are not known
 */
export function baselineOf(kpi: Kpi, items: readonly Kpi[], choice: BaselineChoice, asked: readonly Kpi[] | undefined): Baseline {
  if (choice === "none") return { kind: "none" };
  if (asked === undefined) return { kind: "waiting" };
  const found = periodAt(asked, choice ?? weekBefore(kpi));
  if (found !== undefined && hasFigures(found) && found.from !== kpi.from) return { kind: "period", kpi: found, why: choice === null ? "weekBefore" : "chosen" };
  const before = choice === null ? items.findLast((item) => Date.parse(item.to) <= Date.parse(kpi.from) && hasFigures(item)) : undefined;
  return before === undefined ? { kind: "empty", label: found?.label ?? null, chosen: choice !== null } : { kind: "period", kpi: before, why: "before" };
}

/** `+1.2`, `−0.4`; what rounds to nothing has no sign that would point anywhere. */
export function signed(value: number, digits: number, fixed: (value: number, digits: number) => string): string {
  const size = fixed(Math.abs(value), digits);
  return size === fixed(0, digits) ? `±${size}` : `${value < 0 ? "−" : "+"}${size}`;
}
