import { decide, notEased, samplingOf, type EasingLevel, type EasingRules, type EasingState } from "./easing.js";
import { Starvation } from "./starvation.js";
import type { SignalClass } from "../plant/definition.js";

/** What a look at the gateway shows. */
export interface Load {
  /** Part of the buffer that is in use, 0 to 1. */
  readonly fill: number;
  /** At some time since the look before; undefined without a link. */
  readonly waitedForCredit: boolean | undefined;
  readonly backlog: number;
}

/** Time in which this process did not run (suspended, starved) shows nothing of the core: between two looks no more than this is counted. */
const mostBetweenMs = 2000;

const eased: Readonly<Record<EasingLevel, string>> = { 0: "nothing is eased", 1: "diagnostic signals are eased", 2: "diagnostic and telemetry signals are eased" };

/** The easing of one gateway, from look to look. */
export class Relief {
  readonly #starvation = new Starvation();
  #state: EasingState = notEased;
  #lookedMs: number;
  /** Wall time at which it came to its level; 0 before the first change. */
  sinceUs = 0;
  /** What made it so. */
  why = "";

  constructor(readonly rules: EasingRules, nowMs: number) {
    this.#lookedMs = nowMs;
  }

  get level(): EasingLevel {
    return this.#state.level;
  }

  samplingOf(signalClass: SignalClass): number {
    return samplingOf(signalClass, this.level, this.rules);
  }

  /** To be called at even intervals. @returns a sentence where the level has changed. */
  look({ fill, waitedForCredit, backlog }: Load, nowMs: number, wallUs: number): string | undefined {
    const before = this.#state;
    const starved = this.#starvation.look(waitedForCredit, backlog);
    this.#state = decide(before, { fill, starved }, Math.min(nowMs - this.#lookedMs, mostBetweenMs), this.rules);
    this.#lookedMs = nowMs;
    if (this.level === before.level) return undefined;
    this.sinceUs = wallUs;
    const percent = `its buffer is ${Math.round(fill * 100)} % full`;
    const seconds = (this.level > before.level ? this.rules.easeAfterMs : this.rules.restoreAfterMs) / 1000;
    this.why = this.level < before.level ? `there was less pressure for ${seconds} s, ${percent}`
      : starved ? `the core has taken less than came for ${seconds} s, ${percent}` : `${percent}, for ${seconds} s`;
    return `${eased[this.level]}: ${this.why}`;
  }
}
