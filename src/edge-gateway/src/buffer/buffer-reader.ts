import { decodeFrame, encodeFrame } from "../link/frames.js";
import { pack, unpack } from "../samples/columns.js";
import { endOf, gapRecord, type DurableBuffer } from "./durable-buffer.js";
import type { BufferRecord } from "./record.js";

/** Walks over the buffer in sequence order, once for each connection to the core. */
export class BufferReader {
  #ahead: BufferRecord[] = [];

  /** @param position last sequence that needs no sending. */
  constructor(private readonly buffer: DurableBuffer, private position: number) {}

  /** The next record that is on disk; undefined when there is none yet. */
  async next(): Promise<BufferRecord | undefined> {
    if (this.#ahead.length === 0) this.#ahead = [...(await this.buffer.recordsFrom(this.position + 1))];
    const record = this.#ahead[0];
    if (record === undefined) return undefined;
    const lost = this.buffer.droppedGap;
    if (record.sequence > this.position + 1 && lost !== undefined && lost.through > this.position) {
      // The gap takes the place of the last sequence that is gone, so that numbers stay what they were.
      this.position = record.sequence - 1;
      return gapRecord(this.position, lost);
    }
    this.#ahead.shift();
    this.position = endOf(record);
    return record;
  }

  /** Whether all that is on disk has been read. */
  get atEnd(): boolean {
    return this.position === this.buffer.nextSequence - 1;
  }

  /** Puts the rows of a record that were not sent back, as a record of their own. */
  putBack(record: BufferRecord): void {
    this.#ahead.unshift(record);
    this.position = record.sequence - 1;
  }
}

/** Cuts a record of samples in two, the first with so many rows. */
export function split(record: BufferRecord, rows: number): [BufferRecord, BufferRecord] {
  const { samples } = decodeFrame(record.content);
  if (samples === undefined || rows <= 0 || rows >= record.count) throw new RangeError(`split: ${rows} of ${record.count} rows`);
  const all = unpack(samples);
  const part = (from: number, to: number): BufferRecord => {
    const sequence = record.sequence + from;
    return { sequence, count: to - from, content: encodeFrame({ samples: pack(all, from, to, sequence) }) };
  };
  return [part(0, rows), part(rows, all.length)];
}
