import { rowsPerFrame } from "../buffer/rows.js";
import { pack } from "../samples/columns.js";
import type { Row } from "../samples/row.js";
import type { Frame } from "./frames.js";

/** What the field holds: fifty days. */
const longestAgeMs = 0xffff_ffff;

/** The newest row of each signal, for a core that has to wait for it behind a backlog. */
export class NewestRows {
  readonly #bySignal: ({ row: Row; atMs: number; told: boolean } | undefined)[] = [];

  /** Rows in stored order. What has a content is no live value, and stays out. */
  add(rows: readonly Row[], nowMs: number): void {
    for (const row of rows) {
      if (row.content !== undefined) continue;
      const known = this.#bySignal[row.signal];
      if (known === undefined) this.#bySignal[row.signal] = { row, atMs: nowMs, told: false };
      else {
        known.row = row;
        known.atMs = nowMs;
        known.told = false;
      }
    }
  }

  /** What was told before may not have arrived, or at another core: all of it is news. */
  startOver(): void {
    for (const known of this.#bySignal) if (known !== undefined) known.told = false;
  }

  /** The newest row of each signal that has a newer one than at the call before. */
  take(nowMs: number): NonNullable<Frame["newest"]>[] {
    const news = this.#bySignal.filter((known) => known !== undefined && !known.told) as { row: Row; atMs: number; told: boolean }[];
    for (const known of news) known.told = true;
    const frames: NonNullable<Frame["newest"]>[] = [];
    for (let from = 0; from < news.length; from += rowsPerFrame) {
      const part = news.slice(from, from + rowsPerFrame);
      frames.push({ rows: pack(part.map(({ row }) => row), 0, part.length, 0), ageMs: part.map(({ atMs }) => Math.min(longestAgeMs, Math.round(Math.max(0, nowMs - atMs)))) });
    }
    return frames;
  }
}
