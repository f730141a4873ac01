import type { Row } from "./row.js";

/** How many rows of each signal got a sequence: what the core holds its own count against. */
export class SampleCounts {
  readonly #bySignal: Map<number, number>;

  /** @param since sequence of the first row that is counted. */
  constructor(readonly since: number, counts: Iterable<readonly [number, number]> = []) {
    this.#bySignal = new Map(counts);
  }

  add(rows: readonly Row[]): void {
    for (const { signal } of rows) this.#bySignal.set(signal, (this.#bySignal.get(signal) ?? 0) + 1);
  }

  /** Rows that got a sequence and are gone. */
  addLost(signal: number, rows: number): void {
    this.#bySignal.set(signal, (this.#bySignal.get(signal) ?? 0) + rows);
  }

  get all(): readonly (readonly [number, number])[] {
    return [...this.#bySignal];
  }
}
