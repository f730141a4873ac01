import { decodeFrame, encodeFrame } from "../link/frames.js";
import { pack } from "../samples/columns.js";
import { gapRecord, type DurableBuffer } from "./durable-buffer.js";
import { endOf, type BufferRecord } from "./record.js";
import { numbered, thinnedRecord } from "./thinning.js";

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

  /** First sequence that has not been read. */
  get nextSequence(): number {
    return this.position + 1;
  }

  /** Whether all that is on disk has been read. */
  get atEnd(): boolean {
    return this.nextSequence === this.buffer.nextSequence;
  }

  /** Puts the rows of a record that were not sent back, as a record of their own. */
  putBack(record: BufferRecord): void {
    this.#ahead.unshift(record);
    this.position = record.sequence - 1;
  }
}

/** How many samples a record is for the credit. */
export function creditOf(record: BufferRecord): number {
  const tag = record.content[0];
  if (tag === gapTag) return 0;
  return tag === thinnedTag ? decodeFrame(record.content).thinned?.rows.signal.length ?? 0 : record.count;
}

/** Fields 4 and 13 of Frame, length-delimited. */
const gapTag = (4 << 3) | 2;
const thinnedTag = (13 << 3) | 2;

/** Cuts a record of samples in two, the first with so many rows. Of a thinned one it is not known then in which part each sample is gone. */
export function split(record: BufferRecord, count: number): [BufferRecord, BufferRecord] {
  const frame = decodeFrame(record.content);
  const rows = numbered(record.sequence, frame);
  if (frame.samples === undefined && frame.thinned === undefined || count <= 0 || count >= rows.length) throw new RangeError(`split: ${count} of ${rows.length} rows`);
  const middle = (rows[count - 1] as { sequence: number }).sequence + 1;
  const lost = frame.thinned?.lost.map((each) => ({ ...each, count: [] }));
  const part = (from: number, to: number, own: typeof rows): BufferRecord =>
    own.length === to - from
      ? { sequence: from, count: to - from, content: encodeFrame({ samples: pack(own.map(({ row }) => row), 0, own.length, from) }) }
      : thinnedRecord(from, to, own, lost ?? []);
  return [part(record.sequence, middle, rows.slice(0, count)), part(middle, endOf(record) + 1, rows.slice(count))];
}
