/**
 * When to take less from the servers, decided from how full the buffer is and whether the core keeps us waiting. Sampling less is a stated
 * fact with a begin and an end; a buffer that overflows drops what was sampled already. So it eases early, one class at a time, and restores
 * late, one class at a time, so that a link that comes and goes does not make the servers change their subscriptions each time.
 */
import type { SignalClass } from "../plant/definition.js";

/** 0: all signals as fast as the servers give them. 1: diagnostic signals eased. 2: telemetry too. State never. */
export type EasingLevel = 0 | 1 | 2;

export interface Pressure {
  /** Part of the buffer that is in use, 0 to 1. */
  readonly fill: number;
  /** Samples wait for credit, and ever more do. */
  readonly starved: boolean;
}

export interface EasingRules {
  /** Pressure has to last so long for each step up. */
  readonly easeAfterMs: number;
  /** Calm has to last so long for each step down. */
  readonly restoreAfterMs: number;
  /** Fill from which on a level is wanted, and below which it is not needed any more. */
  readonly fill: Readonly<Record<1 | 2, { readonly from: number; readonly until: number }>>;
  /** What a server is asked for, wall time. */
  readonly samplingMs: Readonly<Record<Exclude<SignalClass, "state">, number>>;
}

/** Five and two seconds are a fifth and half of the samples of a signal that has one each second. */
export const usualEasing: EasingRules = {
  easeAfterMs: 10_000, restoreAfterMs: 60_000,
  fill: { 1: { from: 0.5, until: 0.4 }, 2: { from: 0.75, until: 0.65 } },
  samplingMs: { diagnostic: 5000, telemetry: 2000 },
};

export interface EasingState {
  readonly level: EasingLevel;
  /** For how long more was wanted than this level, without a break. */
  readonly strainedMs: number;
  /** For how long less would have done. */
  readonly calmMs: number;
}

export const notEased: EasingState = { level: 0, strainedMs: 0, calmMs: 0 };

/** @param elapsedMs since the last decision. */
export function decide(state: EasingState, pressure: Pressure, elapsedMs: number, rules: EasingRules): EasingState {
  const strainedMs = wanted(pressure, rules, "from") > state.level ? state.strainedMs + elapsedMs : 0;
  const calmMs = wanted(pressure, rules, "until") < state.level ? state.calmMs + elapsedMs : 0;
  if (strainedMs >= rules.easeAfterMs) return { level: (state.level + 1) as EasingLevel, strainedMs: 0, calmMs: 0 };
  if (calmMs >= rules.restoreAfterMs) return { level: (state.level - 1) as EasingLevel, strainedMs: 0, calmMs: 0 };
  return { level: state.level, strainedMs, calmMs };
}

function wanted({ fill, starved }: Pressure, rules: EasingRules, edge: "from" | "until"): EasingLevel {
  if (starved || fill >= rules.fill[2][edge]) return 2;
  return fill >= rules.fill[1][edge] ? 1 : 0;
}

/** What a server is to be asked for: 0 stands for as fast as it can. */
export function samplingOf(signalClass: SignalClass, level: EasingLevel, rules: EasingRules): number {
  switch (signalClass) {
    case "state": return 0;
    case "telemetry": return level >= 2 ? rules.samplingMs.telemetry : 0;
    case "diagnostic": return level >= 1 ? rules.samplingMs.diagnostic : 0;
    default: return signalClass satisfies never;
  }
}
