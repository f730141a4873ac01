import type { DataValue } from "node-opcua";

/**
 * Finds a subscription that lives but delivers nothing: from time to time values are read, and one that differs from the newest delivered
 * at two looks, with nothing delivered between them, should have been reported. Values are compared and not times: some servers stamp each read.
 */
export class Unreported {
  readonly #delivered = new Map<number, DataValue | undefined>();
  /** By item: what was the newest delivered when the server was seen to hold something else. */
  #suspects = new Map<number, DataValue | undefined>();
  #next = 0;

  monitored(index: number): void {
    if (!this.#delivered.has(index)) this.#delivered.set(index, undefined);
  }

  delivered(index: number, value: DataValue): void {
    this.#delivered.set(index, value);
  }

  forgetSuspects(): void {
    this.#suspects.clear();
  }

  /** The items to read now: those under suspicion, and the next ones in turn. */
  toRead(most: number): number[] {
    const all = [...this.#delivered.keys()];
    const chosen = new Set([...this.#suspects.keys()].slice(0, most));
    for (let count = 0; count < all.length && chosen.size < most; count++) chosen.add(all[this.#next++ % all.length] as number);
    return [...chosen];
  }

  /** @returns the items that were due and did not come. */
  look(read: readonly (readonly [index: number, value: DataValue])[]): number[] {
    const overdue: number[] = [];
    for (const [index, value] of read) {
      const newest = this.#delivered.get(index);
      if (newest !== undefined && same(newest, value)) this.#suspects.delete(index);
      else if (this.#suspects.has(index) && this.#suspects.get(index) === newest) overdue.push(index);
      else this.#suspects.set(index, newest);
    }
    return overdue;
  }
}

/** Severity and value; info bits and times may differ between a read and a notification of the same. */
function same(one: DataValue, other: DataValue): boolean {
  return one.statusCode.value >>> 30 === other.statusCode.value >>> 30 && String(one.value?.value) === String(other.value?.value);
}
