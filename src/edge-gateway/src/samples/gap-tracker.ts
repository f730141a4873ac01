import type { Gap, GapReason, Row } from "./row.js";

/**
 * The server speaks for a plant that it does not hear: UncertainNoCommunicationLastUsableValue, BadNoCommunication, BadWaitingForInitialData
 * (OPC UA Part 8, 6.3). Such a row tells nothing of the plant.
 */
const unheard: ReadonlySet<number> = new Set([0x408f, 0x8031, 0x8032]);

/** Knows for each signal when it was last seen, and whether something may have been missed since: the first row after that closes a gap. */
export class GapTracker {
  readonly #last = new Map<number, number>();
  readonly #open = new Map<number, GapReason>();

  /** @param last source time of the last row of each signal before this process started. */
  constructor(last: ReadonlyMap<number, number>) {
    for (const [signal, sourceUs] of last) {
      this.#last.set(signal, sourceUs);
      this.#open.set(signal, "gateway-restart");
    }
  }

  /** From now on these signals are not observed. */
  lost(signals: Iterable<number>): void {
    for (const signal of signals) this.#miss(signal, "server-lost");
  }

  /** What began first names the gap. */
  #miss(signal: number, reason: GapReason): void {
    if (this.#last.has(signal) && !this.#open.has(signal)) this.#open.set(signal, reason);
  }

  /** The gaps that these rows close, to be stored before them. */
  admit(rows: readonly Row[]): Gap[] {
    const closed = new Map<string, Gap & { signals: number[] }>();
    for (const row of rows) {
      if (unheard.has(row.status >>> 16)) {
        this.#miss(row.signal, "plant-lost");
        continue;
      }
      const fromUs = this.#last.get(row.signal);
      const reason = row.overflow === true ? (this.#open.get(row.signal) ?? "queue-overflow") : this.#open.get(row.signal);
      // A server that re-sends the value we hold already, or one whose clock went back, left nothing out.
      if (reason !== undefined && fromUs !== undefined && row.sourceUs > fromUs) {
        const key = `${fromUs} ${row.sourceUs} ${reason}`;
        const gap = closed.get(key) ?? { signals: [], fromUs, toUs: row.sourceUs, reason };
        gap.signals.push(row.signal);
        closed.set(key, gap);
      }
      this.#open.delete(row.signal);
      this.#last.set(row.signal, row.sourceUs);
    }
    return [...closed.values()];
  }
}
