/**
 * Tells when a server has been silent for too long. Time in which this process did not run itself (suspended, starved)
 * does not count against the server: between two looks at most `lookMs` twice is counted.
 */
export class SilenceWatch {
  #silentMs = 0;
  #lastLook: number;

  constructor(private readonly limitMs: number, private readonly lookMs: number, now: number) {
    this.#lastLook = now;
  }

  heard(): void {
    this.#silentMs = 0;
  }

  /** To be called each `lookMs`. */
  isLost(now: number): boolean {
    this.#silentMs += Math.min(now - this.#lastLook, 2 * this.lookMs);
    this.#lastLook = now;
    return this.#silentMs > this.limitMs;
  }
}
