/**
 * Where a full buffer takes its room from: what the core has; then the oldest diagnostic samples, then the oldest telemetry, out of the
 * segments that hold them; and only where there is nothing else, the oldest segment of what is left. All of it is counted, and stands as lost
 * where it was.
 */
import { readdir, readFile, rename, rm, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { decodeFrame } from "../link/frames.js";
import type { SignalClass } from "../plant/definition.js";
import type { Gap, Row } from "../samples/row.js";
import { ignoreFull, replaceFile, syncFolder, writeWhole } from "./files.js";
import { encodeRecord, endOf, type BufferRecord } from "./record.js";
import { Reserve } from "./reserve.js";
import { rowsIn, rowsOf } from "./rows.js";
import { encodeHead, readSegment } from "./segment.js";
import { thin, type ThinningReason } from "./thinning.js";

/** What was dropped because the buffer was full, until the core has the gap that says so. */
export interface Dropped extends Gap {
  /** Last sequence that is gone. */
  readonly through: number;
}

/** One segment file. */
export interface Segment {
  readonly firstSequence: number;
  readonly path: string;
  bytes: number;
  /** Of what can go before the segment does, what may be in it. */
  readonly givable: Set<SignalClass>;
}

/** In this order. What is of class state goes only with its whole segment. */
export const givableClasses = ["diagnostic", "telemetry"] as const satisfies readonly SignalClass[];

export class Room {
  /** The core holds everything up to here. */
  acknowledged: number;
  /** Samples dropped since the buffer was made. */
  dropped: number;
  /** How many of them were of a class that goes first; the others were of class state, or unreadable. */
  readonly droppedOf: Record<(typeof givableClasses)[number], number>;
  lost: Dropped | undefined;
  /** Given up while room is made on a full disk. */
  readonly reserve: Reserve;
  #removing: Promise<void> = Promise.resolve();
  #thinnings: number;

  /** @param segments oldest first; the last one is being written, and the writer adds to them. */
  constructor(
    private readonly folder: string, private readonly bounds: { readonly maxBytes: number; readonly segmentBytes: number }, private readonly segments: Segment[],
    private readonly lastSource: ReadonlyMap<number, number>, losses: Losses, private readonly classes: readonly SignalClass[],
  ) {
    this.acknowledged = (segments[0] as Segment).firstSequence - 1;
    this.dropped = losses.dropped;
    this.droppedOf = { telemetry: losses.telemetry ?? 0, diagnostic: losses.diagnostic ?? 0 };
    this.#thinnings = losses.thinning?.number ?? 0;
    this.lost = losses.lost ?? undefined;
    // Room for a segment that is written anew, for the head of another, and for the note of what was dropped: these two name each signal.
    this.reserve = new Reserve(join(folder, "reserve"), bounds.segmentBytes + 64 * 1024 + 64 * classes.length);
  }

  /** A waveform or an image goes first, whatever its signal's class. */
  classOf(row: Row): SignalClass {
    return row.content === undefined ? this.classes[row.signal - 1] ?? "state" : "diagnostic";
  }

  /** Rows that were written to the newest segment. */
  admit(rows: readonly Row[]): void {
    const { givable } = this.segments.at(-1) as Segment;
    for (const row of rows) givable.add(this.classOf(row));
  }

  get isOver(): boolean {
    return this.bytes > this.bounds.maxBytes;
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Until the buffer is within its bytes again, and a segment below, so that it is not thinned for each few rows that come.
   * @param mayGoOn asked after each step: rows that wait for the disk wait for this too.
   */
  async makeRoom(mayGoOn: () => boolean): Promise<void> {
    const { maxBytes, segmentBytes } = this.bounds;
    const enough = Math.max(maxBytes - segmentBytes, maxBytes / 2);
    while (this.bytes > enough && (await this.step("buffer-full")) && mayGoOn());
  }

  /** @returns false where nothing is left to give but the segment that is being written. */
  step(reason: ThinningReason): Promise<boolean> {
    return this.#exclusive(async () => {
      try {
        for (const given of givableClasses) {
          for (const segment of this.segments.slice(0, -1)) {
            if (segment.givable.has(given) && (await this.#thin(segment, given, reason))) return true;
          }
        }
      } catch (error) {
        ignoreFull(error as Error);   // no room even to write the segment anew
      }
      return this.#drop(reason);
    });
  }

  /**
   * Writes a segment anew without the samples of a class. The new file is whole on disk before the note names it, and the note is before the
   * new file takes the place of the old one; a start after a kill in between does the rest (`finishThinning`). So each loss is counted once.
   * @returns false where there are none.
   */
  async #thin(segment: Segment, given: (typeof givableClasses)[number], reason: ThinningReason): Promise<boolean> {
    const read = await readSegment(segment.path);
    const last = read?.records.at(-1);
    const following = this.segments[this.segments.indexOf(segment) + 1] as Segment;
    if (read === undefined || (last === undefined ? segment.firstSequence - 1 : endOf(last)) < following.firstSequence - 1) {
      segment.givable.clear();   // rotted: what of it can be read is left as it is
      return false;
    }
    // What the core has is no loss, and goes with the segment.
    const thinned = thin(read.records, (row, sequence) => sequence > this.acknowledged && this.classOf(row) === given, reason, new Map(read.head.last));
    if (thinned.given.length > 0) {
      const bytes = Buffer.concat([encodeHead(read.head), ...thinned.records.map(encodeRecord)]);
      const number = this.#thinnings + 1;
      const temporary = `${segment.path}.${number}.new`;
      const dropped = { ...this.#losses, dropped: this.dropped + thinned.given.length, [given]: this.droppedOf[given] + thinned.given.length };
      try {
        await writeWhole(temporary, bytes);
        await writeLosses(this.folder, { ...dropped, thinning: { number, from: basename(temporary), to: basename(segment.path) } });
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      this.dropped = dropped.dropped;
      this.droppedOf[given] += thinned.given.length;
      this.#thinnings = number;
      await rename(temporary, segment.path).catch(lastly);
      await syncFolder(this.folder).catch(lastly);
      segment.bytes = bytes.length;
    }
    segment.givable.delete(given);
    return thinned.given.length > 0;
  }

  get #losses(): Losses {
    const { dropped, droppedOf: { telemetry, diagnostic }, lost } = this;
    return { dropped, telemetry, diagnostic, lost: lost ?? null, thinning: { number: this.#thinnings } };
  }

  /** Counts samples that are gone. */
  count(rows: readonly Row[]): void {
    this.dropped += rows.length;
    for (const row of rows) {
      const lost = this.classOf(row);
      if (lost !== "state") this.droppedOf[lost]++;
    }
  }

  /** Notes what is counted. */
  note(): Promise<void> {
    return this.#exclusive(() => writeLosses(this.folder, this.#losses).catch(ignoreFull));   // the next note has it too
  }

  async #drop(reason: ThinningReason): Promise<boolean> {
    const [oldest, following] = this.segments;
    if (oldest === undefined || following === undefined) return false;
    await this.declareLost(oldest, following, oldest.firstSequence, reason);
    await unlink(oldest.path);
    this.segments.shift();
    return true;
  }

  /** Notes that a segment's sequences from `first` on will never reach the core. On disk before anything is removed: a crash in
      between may report a gap that is none, never hide one. */
  async declareLost(segment: Segment, following: Segment, first: number, reason: ThinningReason | "buffer-damaged"): Promise<void> {
    const through = following.firstSequence - 1;
    if (through <= this.acknowledged) return;
    const survivor = await readSegment(following.path);
    const before = await this.#lastBefore(segment);
    const after = survivor === undefined ? this.lastSource : new Map(survivor.head.last);
    const touched = [...after].filter(([signal, sourceUs]) => before.get(signal) !== sourceUs);
    const toUs = firstSource(survivor?.records ?? []) ?? Math.max(0, ...after.values());
    const records = (await readSegment(segment.path))?.records ?? [];
    const firstUs = firstSource(records) ?? Infinity;
    const times = touched.map(([signal, sourceUs]) => before.get(signal) ?? Math.min(sourceUs, firstUs));
    const from = Math.max(first - 1, this.acknowledged);
    const frames = records.filter((record) => record.sequence > from).map((record) => decodeFrame(record.content));
    const gone = frames.flatMap((frame) => frame.thinned?.holeCount ?? []).reduce((sum, count) => sum + count, 0);
    const rows = frames.flatMap(rowsOf);
    this.count(rows);
    this.dropped += through - from - gone - rows.length;   // the numbers of gaps, and what cannot be read
    this.lost = {
      through, reason,
      signals: [...new Set([...(this.lost?.signals ?? []), ...touched.map(([signal]) => signal)])],
      fromUs: Math.min(...times, toUs, this.lost?.fromUs ?? toUs),
      toUs: Math.max(toUs, this.lost?.toUs ?? toUs),
    };
    await writeLosses(this.folder, this.#losses);
  }

  /** Last source times before a segment: its head tells them, or what is whole in those before it. */
  async #lastBefore(segment: Segment): Promise<Map<number, number>> {
    const own = await readSegment(segment.path);
    if (own !== undefined) return new Map(own.head.last);
    const previous = this.segments[this.segments.indexOf(segment) - 1];
    if (previous === undefined) return new Map();
    const last = await this.#lastBefore(previous);
    for (const row of ((await readSegment(previous.path))?.records ?? []).flatMap(rowsIn)) last.set(row.signal, row.sourceUs);
    return last;
  }

  /** The core holds everything up to this sequence: segments wholly below it are not needed any more. */
  async acknowledge(sequence: number): Promise<void> {
    if (sequence <= this.acknowledged) return;
    this.acknowledged = sequence;
    await this.#exclusive(async () => {
      await this.#remove();
      if (this.lost !== undefined && this.acknowledged >= this.lost.through) {
        this.lost = undefined;
        await writeLosses(this.folder, this.#losses).catch(ignoreFull); // the next start tells it once more
      }
    });
  }

  removeAcknowledged(): Promise<void> {
    return this.#exclusive(() => this.#remove());
  }

  async #remove(): Promise<void> {
    let following = this.segments[1];
    while (following !== undefined && following.firstSequence - 1 <= this.acknowledged) {
      const done = this.segments.shift() as Segment;
      await rm(done.path, { force: true });
      following = this.segments[1];
    }
  }

  /** Segments are removed by two parties (a full disk budget, an acknowledgement): one at a time. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#removing.then(work);
    this.#removing = done.then(() => undefined, () => undefined);
    return done;
  }
}

export interface Losses {
  readonly dropped: number;
  readonly telemetry?: number;
  readonly diagnostic?: number;
  readonly lost: Dropped | null;
  /** The newest file that was written to take another one's place, and which. Numbers are never used again. */
  readonly thinning?: { readonly number: number; readonly from?: string; readonly to?: string };
}

const lossesPath = (folder: string) => join(folder, "dropped.json");

async function writeLosses(folder: string, losses: Losses): Promise<void> {
  await replaceFile(lossesPath(folder), JSON.stringify(losses));
}

export async function readLosses(folder: string): Promise<Losses> {
  try {
    return JSON.parse(await readFile(lossesPath(folder), "utf8")) as Losses;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { dropped: 0, lost: null };
    throw error;
  }
}

/** What a kill in the middle of thinning has left: a file that is noted takes its place, any other was not whole. */
export async function finishThinning(folder: string): Promise<void> {
  const { thinning } = await readLosses(folder);
  for (const name of (await readdir(folder)).filter((each) => /\.seg\.\d+\.new$/.test(each))) {
    if (name === thinning?.from && thinning.to !== undefined) await rename(join(folder, name), join(folder, thinning.to));
    else await unlink(join(folder, name));
  }
  await syncFolder(folder);
}

/** Once noted, a thinning is not taken back: the next start ends it. */
function lastly(cause: Error): never {
  throw new Error(cause.message, { cause });
}

function firstSource(records: readonly BufferRecord[]): number | undefined {
  for (const record of records) {
    const [row] = rowsIn(record);
    if (row !== undefined) return row.sourceUs;
  }
  return undefined;
}
