/** How long the plant's time is carried on by its speed after its last announcement: it may have stopped since. */
const carryMs = 2000;

/** The plant's time as its server announces it, or wall time for a plant that announces none. Times in microseconds since 1970. */
export class PlantClock {
  #plantUs = 0;
  #at = 0;
  #speed: number;

  /** @param announced whether the plant has clock nodes. */
  constructor(private readonly announced: boolean) {
    this.#speed = announced ? 0 : 1;
  }

  /** Plant seconds per wall second; 0 until the plant has told it. */
  get speed(): number {
    return this.#speed;
  }

  setSpeed(speed: number): void {
    if (Number.isFinite(speed) && speed >= 0) this.#speed = speed;
  }

  /** @param monotonicMs when that was the plant's time. */
  setTime(plantUs: number, monotonicMs: number): void {
    this.#plantUs = plantUs;
    this.#at = monotonicMs;
  }

  /** @returns 0 where the plant has not told its time yet. */
  now(wallUs: number, monotonicMs: number): number {
    if (!this.announced) return wallUs;
    if (this.#plantUs === 0) return 0;
    return Math.round(this.#plantUs + Math.min(Math.max(monotonicMs - this.#at, 0), carryMs) * this.#speed * 1000);
  }
}
