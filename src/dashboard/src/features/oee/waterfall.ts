import type { LossStep } from "../../lib/api/types";

/** A bar from `from` to `to` on the scale of milliseconds; what it takes away or adds lies between. */
export interface Bar extends LossStep { readonly from: number; readonly to: number }

export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly planned: number;
  readonly losses: number;
  readonly gains: number;
  readonly result: number;
  /** planned − losses + gains − result. Anything but 0 means the figures do not belong together. */
  readonly off: number;
  /** End of the scale: a gain may reach beyond the planned time. */
  readonly scale: number;
}

/** Integers in, integers out: nothing is rounded before it is written as minutes. */
export function waterfall(steps: readonly LossStep[]): Waterfall {
  let level = 0;
  let [planned, losses, gains, result] = [0, 0, 0, 0];
  const bars = steps.map((step): Bar => {
    const before = level;
    switch (step.kind) {
      case "total": planned += step.ms; level = step.ms; return { ...step, from: 0, to: step.ms };
      case "loss": losses += step.ms; level -= step.ms; return { ...step, from: level, to: before };
      case "gain": gains += step.ms; level += step.ms; return { ...step, from: before, to: level };
      case "result": result += step.ms; return { ...step, from: 0, to: step.ms };
      default: return step.kind satisfies never;
    }
  });
  return { bars, planned, losses, gains, result, off: planned - losses + gains - result, scale: Math.max(1, ...bars.map((bar) => bar.to)) };
}
