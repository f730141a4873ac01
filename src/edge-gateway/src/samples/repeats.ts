import type { Content, Row } from "./row.js";

/** Knows the newest row of each signal: a server sends it again to every new subscription, and once is enough. */
export class Repeats {
  readonly #newest = new Map<number, Row>();

  /** @returns the rows that say something new. */
  without(rows: readonly Row[]): Row[] {
    return rows.filter((row) => {
      const newest = this.#newest.get(row.signal);
      this.#newest.set(row.signal, row);
      return newest === undefined || row.overflow === true || !same(row, newest);
    });
  }
}

function same(one: Row, other: Row): boolean {
  return one.sourceUs === other.sourceUs && one.status === other.status && Object.is(one.value, other.value) && one.text === other.text && sameContent(one.content, other.content);
}

function sameContent(one: Content | undefined, other: Content | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.format === other.format && Buffer.compare(one.bytes, other.bytes) === 0;
}
