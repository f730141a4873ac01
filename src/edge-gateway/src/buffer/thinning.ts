/**
 * Thinning: records without the rows that a full buffer gives up. Rows that stay keep their sequences; a thinned frame says between which of
 * them sequences are gone, and how many samples of which signals those were. A gap record always stays.
 */
import { decodeFrame, encodeFrame, type Frame } from "../link/frames.js";
import { pack } from "../samples/columns.js";
import type { GapReason, Row } from "../samples/row.js";
import { endOf, type BufferRecord } from "./record.js";
import { recordsOf, rowsOf, rowsPerFrame } from "./rows.js";

export type ThinningReason = Extract<GapReason, "buffer-full" | "disk-full">;

/** A row, and the sequence that it keeps. */
export interface Numbered {
  readonly sequence: number;
  readonly row: Row;
}

type Lost = NonNullable<Frame["thinned"]>["lost"][number];

/**
 * @param gives whether a row goes.
 * @param last source time of the last row of each signal before these records; brought up to date.
 */
export function thin(records: readonly BufferRecord[], gives: (row: Row, sequence: number) => boolean, reason: ThinningReason, last: Map<number, number>): { records: BufferRecord[]; given: Row[] } {
  const thinned: BufferRecord[] = [];
  const given: Row[] = [];
  let part = new Part();
  const cut = (next: number) => {
    thinned.push(...part.records(next));
    part = new Part();
  };
  for (const record of records) {
    const frame = decodeFrame(record.content);
    if (frame.gap !== undefined) {
      cut(record.sequence);
      thinned.push(record);
      continue;
    }
    for (const lost of frame.thinned?.lost ?? []) part.lose(record.sequence, lost);
    for (const { sequence, row } of numbered(record.sequence, frame)) {
      if (gives(row, sequence)) {
        part.lose(sequence, { signal: [row.signal], count: [1], fromUs: Math.min(last.get(row.signal) ?? row.sourceUs, row.sourceUs), toUs: row.sourceUs, reason });
        given.push(row);
      } else if (row.content !== undefined) {
        cut(sequence);
        thinned.push(...recordsOf([row], sequence));
      } else {
        part.keep(sequence, row);
      }
      last.set(row.signal, row.sourceUs);
    }
    if (part.isLarge) cut(endOf(record) + 1);
    else part.end = endOf(record) + 1;
  }
  cut(part.end);
  return { records: thinned, given };
}

/** The rows of a frame, with their sequences. */
export function numbered(first: number, frame: Frame): Numbered[] {
  let sequence = first;
  const holes = new Map(frame.thinned?.holeRow.map((row, index) => [row, frame.thinned?.holeCount[index] ?? 0]));
  return rowsOf(frame).map((row, index) => {
    sequence += holes.get(index) ?? 0;
    return { sequence: sequence++, row };
  });
}

/** A thinned record from a sequence to before another one, of the rows that are left there. */
export function thinnedRecord(sequence: number, next: number, rows: readonly Numbered[], lost: readonly Lost[]): BufferRecord {
  const [holeRow, holeCount]: [number[], number[]] = [[], []];
  let expected = sequence;
  [...rows.map((each) => each.sequence), next].forEach((each, row) => {
    if (each > expected) {
      holeRow.push(row);
      holeCount.push(each - expected);
    }
    expected = each + 1;
  });
  const columns = rows.length > 0 ? pack(rows.map((each) => each.row), 0, rows.length, sequence) : { ...nothing, firstSequence: sequence };
  return { sequence, count: next - sequence, content: encodeFrame({ thinned: { rows: columns, holeRow, holeCount, lost: [...lost] } }) };
}

const nothing = { firstSequence: 0, baseSourceUs: 0, baseServerUs: 0, signal: [], sourceDtUs: [], serverDtUs: [], value: [], statusRow: [], statusCode: [], textRow: [], text: [] };

/** What becomes one record. */
class Part {
  #first: number | undefined;
  readonly #rows: Numbered[] = [];
  readonly #lost = new Map<string, { fromUs: number; toUs: number; counts: Map<number, number> }>();
  /** First sequence behind it, where nothing cuts it before. */
  end = 0;

  get isLarge(): boolean {
    return this.#rows.length >= rowsPerFrame / 2;   // times are told as differences to the first row: a frame of many moments is longer than two
  }

  keep(sequence: number, row: Row): void {
    this.#first ??= sequence;
    this.#rows.push({ sequence, row });
  }

  /** @param sequence of the first of them, or one before it. */
  lose(sequence: number, { signal, count, fromUs, toUs, reason }: Lost): void {
    this.#first ??= sequence;
    const same = this.#lost.get(reason) ?? { fromUs, toUs, counts: new Map<number, number>() };
    this.#lost.set(reason, same);
    same.fromUs = Math.min(same.fromUs, fromUs);
    same.toUs = Math.max(same.toUs, toUs);
    signal.forEach((each, index) => same.counts.set(each, (same.counts.get(each) ?? 0) + (count[index] ?? 0)));
  }

  records(next: number): BufferRecord[] {
    if (this.#first === undefined) return [];
    if (this.#lost.size === 0) return recordsOf(this.#rows.map(({ row }) => row), this.#first);
    const lost = [...this.#lost].map(([reason, { fromUs, toUs, counts }]) => ({ signal: [...counts.keys()], fromUs, toUs, reason, count: [...counts.values()] }));
    return [thinnedRecord(this.#first, next, this.#rows, lost)];
  }
}
