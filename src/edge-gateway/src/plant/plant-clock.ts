/** The plant's time is carried on by its speed between announcements, ten a second; for a late one no further than this. */
const carryMs = 300;
/** A plant that has not told its time for so long is taken to stand. */
const standsMs = 2000;

/**
 * The plant's time as its server announces it, or wall time for a plant that announces none. Times in microseconds since 1970.
 * What was told once is not taken back: where an announcement lies a little behind it, time waits there. Only a step back that
 * no delay explains is followed: the plant was set up anew.
 */
export class PlantClock {
  #announcedUs = 0;
  #at = -Infinity;
  #toldUs = 0;
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
    if (Number.isFinite(speed) && speed > 0) this.#speed = speed;
  }

  /** @param monotonicMs when that was the plant's time. */
  setTime(plantUs: number, monotonicMs: number): void {
    if (plantUs < this.#toldUs - standsMs * 1000 * this.#speed) this.#toldUs = 0;
    this.#announcedUs = plantUs;
    this.#at = monotonicMs;
  }

  /** The server does not vouch for the plant's time any more. */
  stop(): void {
    this.#at = -Infinity;
  }

  /** Whether the plant does not tell its time now. */
  stands(monotonicMs: number): boolean {
    return this.announced && monotonicMs - this.#at > standsMs;
  }

  /** @returns 0 where the plant has not told its time and its speed yet. */
  now(wallUs: number, monotonicMs: number): number {
    if (!this.announced) return wallUs;
    if (this.#announcedUs === 0 || this.#speed === 0) return 0;
    const carriedMs = this.stands(monotonicMs) ? 0 : Math.min(Math.max(monotonicMs - this.#at, 0), carryMs);
    this.#toldUs = Math.max(this.#toldUs, Math.round(this.#announcedUs + carriedMs * this.#speed * 1000));
    return this.#toldUs;
  }
}
