/** Where the recording should be: a moment of plant time, carried on at the speed. Wall times are monotonic milliseconds, plant times microseconds. */
export class Pace {
  constructor(private plantMicros: number, readonly speed: number, private at: number) {}

  plantAt(now: number): number {
    return Math.round(this.plantMicros + (now - this.at) * 1000 * this.speed);
  }

  /** How long to wait until the recording should be there; 0 or less when it should have been. */
  until(plantMicros: number, now: number): number {
    return (plantMicros - this.plantMicros) / (1000 * this.speed) - (now - this.at);
  }

  /** Goes on from there: what was missed is not made up for by running faster. */
  slip(plantMicros: number, now: number): void {
    this.plantMicros = plantMicros;
    this.at = now;
  }
}
