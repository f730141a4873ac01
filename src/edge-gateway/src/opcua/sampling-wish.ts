/** How slowly the items of an endpoint are to be sampled. It outlives a connection: what is connected anew is asked for so at once. */
export class SamplingWish {
  #ms: (index: number) => number = () => 0;
  #changed: () => void = () => undefined;

  /** Milliseconds; 0 for as fast as the server can. */
  of(index: number): number {
    return this.#ms(index);
  }

  set(ms: (index: number) => number): void {
    this.#ms = ms;
    this.#changed();
  }

  /** One connection hears of changes, the newest. */
  onChange(listener: () => void): void {
    this.#changed = listener;
  }
}
