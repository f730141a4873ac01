/**
 * The gateway's memory: samples and gaps in numbered segment files, synced before anything is sent to the core, kept until the
 * core says that it holds them. Rows that arrive while a sync runs are written together by the next one (group commit).
 * The buffer is bounded by bytes: when it is full the oldest samples of the least class go, and are told as lost where they were.
 * A disk without room is no reason to end: the same makes room there, out of a reserve that was written before; where there is nothing older,
 * what comes is counted and becomes a gap as soon as something can be written.
 * Any other write or sync that fails is not retried, since nobody knows what is on the disk then: the process ends, and the next start
 * reads what is really there.
 */
import { mkdir, open, readdir, rm, truncate, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { decodeFrame, encodeFrame } from "../link/frames.js";
import type { SignalClass } from "../plant/definition.js";
import type { Gap, Row } from "../samples/row.js";
import { SampleCounts } from "../samples/sample-counts.js";
import { openDictionary, type Dictionary } from "./dictionary.js";
import { ignoreFull, syncFolder } from "./files.js";
import { finishThinning, givableClasses, readLosses, Room, type Dropped, type Losses, type Segment } from "./making-room.js";
import { encodeRecord, endOf, type BufferRecord } from "./record.js";
import { recordsOf, rowsOf, weightOf } from "./rows.js";
import { encodeHead, readSegment, segmentName, type ReadSegment, type SegmentHead } from "./segment.js";

export interface BufferOptions {
  readonly maxBytes: number;
  readonly segmentBytes: number;
  /** Shortest time between the starts of two syncs. */
  readonly syncSpacingMs: number;
}

export const defaultBufferOptions: BufferOptions = { maxBytes: 512 * 1024 * 1024, segmentBytes: 8 * 1024 * 1024, syncSpacingMs: 25 };

/** Rows that may wait for a disk that does not answer: half a minute of a large line, some 50 MB; a content weighs as many rows as fit in its bytes. Then the process ends, as with a disk that refuses. */
export const mostPendingRows = 200_000;

export class DurableBuffer {
  readonly numbers: ReadonlyMap<string, number>;
  readonly lastSource = new Map<number, number>();
  #active: FileHandle;
  #activeRecords: BufferRecord[] = [];
  #pending: { gaps: readonly Gap[]; rows: readonly Row[] }[] = [];
  #pendingRows = 0;
  #flushing: Promise<void> | undefined;
  #lastFlush = -Infinity;
  #next: number;
  #counts: SampleCounts;
  #closing = false;
  /** What the disk had no room for, to be written as a gap. */
  #unwritten: Gap | undefined;
  readonly #room: Room;
  readonly #listeners = new Set<(written: readonly Row[]) => void>();

  /** Called when the disk refuses; the process has to end. */
  onFailure: (error: Error) => void = (error) => { throw error; };

  private constructor(
    private readonly folder: string, readonly options: BufferOptions, readonly dictionary: Dictionary,
    private readonly segments: Segment[], active: FileHandle, newest: ReadSegment, losses: Losses, classes: readonly SignalClass[],
  ) {
    this.numbers = new Map(dictionary.signals.map((id, index) => [id, index + 1]));
    this.#active = active;
    this.#next = newest.head.firstSequence;
    this.#counts = new SampleCounts(newest.head.countedSince ?? newest.head.firstSequence, newest.head.counts);
    this.#room = new Room(folder, options, segments, this.lastSource, { ...losses, dropped: Math.max(newest.head.dropped, losses.dropped) }, classes);
    for (const [signal, sourceUs] of newest.head.last) this.lastSource.set(signal, sourceUs);
    for (const record of newest.records) this.#remember(record);
  }

  /** Samples dropped since the buffer was made. */
  get dropped(): number {
    return this.#room.dropped;
  }

  /** Of those, the ones of a class that is dropped first. */
  get droppedOf(): Readonly<Record<"telemetry" | "diagnostic", number>> {
    return this.#room.droppedOf;
  }

  /** @param classOf of a signal by its id; one that nobody knows any more is kept as long as state is. */
  static async open(
    folder: string, ids: readonly string[], options: BufferOptions, log: (text: string) => void, classOf: (id: string) => SignalClass | undefined = () => undefined,
  ): Promise<DurableBuffer> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await finishThinning(folder);
    const names = (await readdir(folder)).filter((name) => name.endsWith(".seg")).sort();
    const dictionary = await openDictionary(folder, ids, names.length > 0);
    let newest: ReadSegment | undefined;
    while (names.length > 0 && newest === undefined) {
      const path = join(folder, names.at(-1) as string);
      newest = await readSegment(path);
      if (newest === undefined) {
        // Only the newest file may be without a head: it was being made. Anywhere else the folder is damaged.
        if (names.length === 1) throw new Error(`${path} has no readable head, so the next sequence number is not known. Move ${folder} away to start an empty buffer.`);
        log(`${path} was being created when the gateway ended; removed`);
        await unlink(path);
        names.pop();
      } else if (newest.goodBytes < newest.fileBytes) {
        log(`${path} ends in ${newest.fileBytes - newest.goodBytes} bytes of an unfinished write; cut`);
        await truncate(path, newest.goodBytes);
      }
    }
    if (newest === undefined) {
      const head: SegmentHead = { firstSequence: 1, dropped: 0, last: [], countedSince: 1, counts: [] };
      const bytes = encodeHead(head);
      newest = { head, records: [], goodBytes: bytes.length, fileBytes: bytes.length };
      const path = join(folder, segmentName(1));
      await (await createSegment(path, bytes)).close();
      names.push(segmentName(1));
    }
    const segments: Segment[] = [];
    for (const name of names) {
      const path = join(folder, name);
      const handle = await open(path, "r");
      segments.push({ firstSequence: Number.parseInt(name, 10), path, bytes: (await handle.stat()).size, givable: new Set(givableClasses) });
      await handle.close();
    }
    const active = await open((segments.at(-1) as Segment).path, "a");
    await active.sync();
    const buffer = new DurableBuffer(folder, options, dictionary, segments, active, newest, await readLosses(folder), dictionary.signals.map((id) => classOf(id) ?? "state"));
    await buffer.#room.reserve.take();
    return buffer;
  }

  /** Sequence that the next sample will get. */
  get nextSequence(): number {
    return this.#next;
  }

  get firstSequence(): number {
    return (this.segments[0] as Segment).firstSequence;
  }

  /** Sequences on disk that the core has not acknowledged. */
  get buffered(): number {
    return this.#next - 1 - Math.max(this.#room.acknowledged, this.firstSequence - 1);
  }

  /** There is no room for what comes in: it is counted, and gone. */
  get isLosing(): boolean {
    return this.#unwritten !== undefined;
  }

  /** What its segments take on the disk. */
  get bytes(): number {
    return this.#room.bytes;
  }

  /** Set where a full buffer has lost something that the core does not know of yet. */
  get droppedGap(): Dropped | undefined {
    return this.#room.lost;
  }

  /** Rows of each signal before `nextSequence`. */
  get counts(): SampleCounts {
    return this.#counts;
  }

  /** Calls back whenever more is on disk, with its rows. */
  onDurable(listener: (written: readonly Row[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(gaps: readonly Gap[], rows: readonly Row[]): void {
    if (gaps.length === 0 && rows.length === 0) return;
    const weight = weightOf(rows);
    if (this.#pendingRows + weight > mostPendingRows) {
      this.#fail(new Error(`it has not answered while ${this.#pendingRows} samples came in`));
      return;
    }
    this.#pending.push({ gaps, rows });
    this.#pendingRows += weight;
    this.#flushing ??= this.#flushAll();
  }

  /** Everything appended so far is on disk when this resolves. */
  async flushed(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.flushed();
    await this.#active.close();
  }

  async #flushAll(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const wait = this.#lastFlush + this.options.syncSpacingMs - performance.now();
        if (wait > 0 && !this.#closing) await new Promise((resolve) => setTimeout(resolve, wait));
        this.#lastFlush = performance.now();
        this.#pendingRows = 0;
        const written = await this.#flush(this.#pending.splice(0));
        for (const listener of this.#listeners) listener(written);
      }
    } catch (error) {
      this.#fail(error as Error);
    } finally {
      this.#flushing = undefined;
    }
  }

  #fail(cause: Error): void {
    this.onFailure(new Error(`the buffer in ${this.folder} cannot be written (${cause.message}); free or repair that disk, then start the gateway again`));
  }

  /** @returns the rows that are on disk now. */
  async #flush(batches: { gaps: readonly Gap[]; rows: readonly Row[] }[]): Promise<readonly Row[]> {
    if ((this.segments.at(-1) as Segment).bytes >= this.options.segmentBytes) await this.#roll(this.#next).catch(ignoreFull);
    let sequence = this.#next;
    const records: BufferRecord[] = [];
    if (this.#unwritten !== undefined) records.push(gapRecord(sequence++, this.#unwritten));
    for (const { gaps, rows } of batches) {
      for (const gap of gaps) records.push(gapRecord(sequence++, gap));
      records.push(...recordsOf(rows, sequence));
      sequence += rows.length;
    }
    if (!(await this.#write(Buffer.concat(records.map(encodeRecord))))) {
      for (const { gaps, rows } of batches) this.#count(gaps, rows);
      return [];
    }
    if (this.#unwritten !== undefined) await this.#room.note();
    this.#unwritten = undefined;
    if (!this.#room.reserve.held) await this.#room.reserve.take();
    for (const { rows } of batches) {
      for (const row of rows) this.lastSource.set(row.signal, row.sourceUs);
      this.#counts.add(rows);
      this.#room.admit(rows);
    }
    this.#activeRecords.push(...records);
    this.#next = sequence;
    const written = batches.length === 1 ? (batches[0] as { rows: readonly Row[] }).rows : batches.flatMap(({ rows }) => rows);
    if (!this.#room.isOver) return written;
    await this.#roll(this.#next).catch(ignoreFull);   // what is least may be in the segment that is being written
    await this.#room.makeRoom(() => this.#pendingRows < mostPendingRows / 4);
    return written;
  }

  /** @returns false where the disk has no room, and none can be made; what was half written is taken back then. */
  async #write(bytes: Uint8Array): Promise<boolean> {
    while (true) {
      const active = this.segments.at(-1) as Segment;
      try {
        await this.#active.writeFile(bytes);
        await this.#active.datasync();
        active.bytes += bytes.length;
        return true;
      } catch (error) {
        ignoreFull(error as Error);
        await this.#active.truncate(active.bytes);
        if (!(await this.#makeRoom())) return false;
      }
    }
  }

  /** What the core has goes first, then the oldest that it has not. @returns whether there is more room than before. */
  async #makeRoom(): Promise<boolean> {
    let more = false;
    await this.#room.reserve.release();
    try {
      if (this.#activeRecords.length > 0) {
        const before = this.segments.length;
        await this.#roll(this.#next);
        more = this.segments.length <= before;
      }
      while (!more || !(await this.#room.reserve.take())) {
        if (!(await this.#room.step("disk-full"))) break;
        more = true;
      }
    } catch (error) {
      ignoreFull(error as Error);
    }
    return more;
  }

  /** One gap for all that cannot be written, so that its memory is bounded by the number of signals. */
  #count(gaps: readonly Gap[], rows: readonly Row[]): void {
    if (gaps.length === 0 && rows.length === 0) return;
    this.#room.count(rows);
    const before = this.#unwritten;
    const from = [...gaps.map((gap) => gap.fromUs), ...rows.map((row) => this.lastSource.get(row.signal) ?? row.sourceUs), ...(before === undefined ? [] : [before.fromUs])];
    const to = [...gaps.map((gap) => gap.toUs), ...rows.map((row) => row.sourceUs), ...(before === undefined ? [] : [before.toUs])];
    this.#unwritten = {
      signals: [...new Set([...(before?.signals ?? []), ...gaps.flatMap((gap) => gap.signals), ...rows.map((row) => row.signal)])],
      fromUs: from.reduce((least, each) => Math.min(least, each)), toUs: to.reduce((most, each) => Math.max(most, each)), reason: "disk-full",
    };
  }

  #remember(record: BufferRecord): void {
    this.#activeRecords.push(record);
    this.#next = record.sequence + record.count;
    const frame = decodeFrame(record.content);
    const rows = rowsOf(frame);
    for (const row of rows) this.lastSource.set(row.signal, row.sourceUs);
    this.#counts.add(rows);
    for (const { signal, count } of frame.thinned?.lost ?? []) signal.forEach((each, index) => this.#counts.addLost(each, count[index] ?? 0));
  }

  async #roll(firstSequence: number): Promise<void> {
    const head = encodeHead({ firstSequence, dropped: this.dropped, last: [...this.lastSource], countedSince: this.#counts.since, counts: this.#counts.all });
    const path = join(this.folder, segmentName(firstSequence));
    const file = await createSegment(path, head);
    await this.#active.close();
    this.#active = file;
    this.segments.push({ firstSequence, path, bytes: head.length, givable: new Set() });
    this.#activeRecords = [];
    this.#next = firstSequence;
    await this.#room.removeAcknowledged();
  }

  /** The core holds everything up to this sequence: segments wholly below it are not needed any more. */
  async acknowledge(sequence: number): Promise<void> {
    await this.#room.acknowledge(Math.min(sequence, this.#next - 1));
  }

  /** Numbers go on after a sequence that the core holds but this buffer does not: its files are older than the core's (a restored disk). */
  async skipTo(sequence: number): Promise<void> {
    await this.flushed();
    if (sequence < this.#next) return;
    this.#counts = new SampleCounts(sequence + 1);   // of what lies between, nobody here has a count
    this.#flushing = this.#roll(sequence + 1).catch((error: Error) => this.#fail(error)).finally(() => {
      this.#flushing = this.#pending.length > 0 ? this.#flushAll() : undefined;
    });
    await this.#flushing;
  }

  /** Records from a sequence on, as many as one segment holds; none when it is not on disk yet. They start later where something was lost. */
  async recordsFrom(sequence: number): Promise<readonly BufferRecord[]> {
    let index = Math.max(this.segments.findLastIndex((segment) => segment.firstSequence <= sequence), 0);
    for (; index < this.segments.length - 1; index++) {
      const [segment, following] = this.segments.slice(index, index + 2) as [Segment, Segment];
      const records = (await readSegment(segment.path))?.records ?? [];
      const last = records.at(-1);
      const end = last === undefined ? segment.firstSequence - 1 : endOf(last);
      // Older segments were whole when they were closed: a short one has rotted on the disk.
      if (end < following.firstSequence - 1 && (this.#room.lost?.through ?? 0) < following.firstSequence - 1) {
        await this.#room.declareLost(segment, following, end + 1, "buffer-damaged");
      }
      const wanted = records.filter((record) => endOf(record) >= sequence);
      if (wanted.length > 0) return wanted;
    }
    // Records are in order: a reader near the end does not walk over all before it.
    let from = this.#activeRecords.length;
    while (from > 0 && endOf(this.#activeRecords[from - 1] as BufferRecord) >= sequence) from--;
    return this.#activeRecords.slice(from);
  }
}

export function gapRecord(sequence: number, gap: Gap): BufferRecord {
  const content = encodeFrame({ gap: { sequence, signal: [...gap.signals], fromUs: gap.fromUs, toUs: gap.toUs, reason: gap.reason, ...(gap.samplingUs === undefined ? {} : { samplingUs: gap.samplingUs }) } });
  return { sequence, count: 1, content };
}

async function createSegment(path: string, head: Uint8Array): Promise<FileHandle> {
  const file = await open(path, "a");
  try {
    await file.writeFile(head);
    await file.sync();
    await syncFolder(join(path, ".."));
    return file;
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
}
