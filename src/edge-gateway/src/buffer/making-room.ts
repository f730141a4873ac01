/** Where a full buffer takes its room from: what the core has, then the oldest that it has not; that is counted, and a gap stands in its place. */
import { readFile, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Gap } from "../samples/row.js";
import { ignoreFull, replaceFile } from "./files.js";
import type { BufferRecord } from "./record.js";
import { Reserve } from "./reserve.js";
import { rowsIn } from "./rows.js";
import { readSegment } from "./segment.js";

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
}

export class Room {
  /** The core holds everything up to here. */
  acknowledged: number;
  /** Samples dropped since the buffer was made. */
  dropped: number;
  lost: Dropped | undefined;
  /** Given up while room is made on a full disk. */
  readonly reserve: Reserve;
  #removing: Promise<void> = Promise.resolve();

  /** @param segments oldest first; the last one is being written, and the writer adds to them. */
  constructor(
    private readonly folder: string, private readonly maxBytes: number, private readonly segments: Segment[],
    private readonly lastSource: ReadonlyMap<number, number>, losses: Losses, signals: number,
  ) {
    this.acknowledged = (segments[0] as Segment).firstSequence - 1;
    this.dropped = losses.dropped;
    this.lost = losses.lost ?? undefined;
    // Room for the head of a segment and for the note of what was dropped: both name each signal.
    this.reserve = new Reserve(join(folder, "reserve"), 64 * 1024 + 64 * signals);
  }

  /** Until the buffer is within its bytes again. */
  dropOldest(): Promise<void> {
    return this.#exclusive(async () => {
      while (this.segments.reduce((sum, segment) => sum + segment.bytes, 0) > this.maxBytes && (await this.#drop("buffer-full")));
    });
  }

  /** @returns false where there is but the one that is being written. */
  dropSegment(reason: "buffer-full" | "disk-full"): Promise<boolean> {
    return this.#exclusive(() => this.#drop(reason));
  }

  async #drop(reason: "buffer-full" | "disk-full"): Promise<boolean> {
    const [oldest, following] = this.segments;
    if (oldest === undefined || following === undefined) return false;
    await this.declareLost(oldest, following, oldest.firstSequence, reason);
    await unlink(oldest.path);
    this.segments.shift();
    return true;
  }

  /** Notes that a segment's sequences from `first` on will never reach the core. On disk before anything is removed: a crash in
      between may report a gap that is none, never hide one. */
  async declareLost(segment: Segment, following: Segment, first: number, reason: "buffer-full" | "disk-full" | "buffer-damaged"): Promise<void> {
    const through = following.firstSequence - 1;
    if (through <= this.acknowledged) return;
    const survivor = await readSegment(following.path);
    const before = await this.#lastBefore(segment);
    const after = survivor === undefined ? this.lastSource : new Map(survivor.head.last);
    const touched = [...after].filter(([signal, sourceUs]) => before.get(signal) !== sourceUs);
    const toUs = firstSource(survivor?.records ?? []) ?? Math.max(0, ...after.values());
    const firstUs = firstSource((await readSegment(segment.path))?.records ?? []) ?? Infinity;
    const times = touched.map(([signal, sourceUs]) => before.get(signal) ?? Math.min(sourceUs, firstUs));
    this.dropped += through - Math.max(first - 1, this.acknowledged);
    this.lost = {
      through, reason,
      signals: [...new Set([...(this.lost?.signals ?? []), ...touched.map(([signal]) => signal)])],
      fromUs: Math.min(...times, toUs, this.lost?.fromUs ?? toUs),
      toUs: Math.max(toUs, this.lost?.toUs ?? toUs),
    };
    await writeLosses(this.folder, { dropped: this.dropped, lost: this.lost });
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
        await writeLosses(this.folder, { dropped: this.dropped, lost: null }).catch(ignoreFull); // the next start tells it once more
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
  readonly lost: Dropped | null;
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

function firstSource(records: readonly BufferRecord[]): number | undefined {
  for (const record of records) {
    const [row] = rowsIn(record);
    if (row !== undefined) return row.sourceUs;
  }
  return undefined;
}
