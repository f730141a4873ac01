/** How many more samples may be in flight: the core grants, sending takes. A gap takes nothing. */
export class CreditWindow {
  #inFlight = 0;

  constructor(private granted: number) {}

  get available(): number {
    return this.granted;
  }

  /** Samples sent for which no credit has come back yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  grant(samples: number): void {
    this.granted += samples;
    this.#inFlight = Math.max(0, this.#inFlight - samples);
  }

  /** @returns false, and takes nothing, where it does not suffice. */
  take(samples: number): boolean {
    if (samples > this.granted) return false;
    this.granted -= samples;
    this.#inFlight += samples;
    return true;
  }
}
