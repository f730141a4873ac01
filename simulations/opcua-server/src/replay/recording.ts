import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { PlantNode, PlantValue } from "../plant/protocol.js";
import { badTypeMismatch } from "./cell.js";
import { bind, type Columns, type Moment } from "./columns.js";
import { CsvSplitter, type CsvRecord } from "./csv.js";
import type { ReplayMap } from "./replay-map.js";

/** Map and recording do not fit; the message lists every fault. */
export class RecordingRefused extends Error {}

/** What has been read so far, and what was wrong with it. */
export interface Tally {
  rows: number;
  /** Values told as Bad. */
  bad: number;
  /** Where the first cell stands that is not of its signal's type. */
  wrong: string | null;
  /** Rows left out, because their time cannot be read. */
  untimed: number;
  /** Rows with a time before that of a row above them. */
  backward: number;
  /** Of the file, in this reading. */
  bytes: number;
}

// A source time of 0 is none on the wire (OPC UA Part 6 §5.2.2.5), and what lies far from now is a time that was read wrongly.
const [earliest, latest] = [Date.UTC(1971, 0) * 1000, Date.UTC(2200, 0) * 1000];

/** A CSV file, plain or gzipped, read from front to end as often as wanted; only the piece at hand is in memory. */
export class Recording {
  readonly tally: Tally = { rows: 0, bad: 0, wrong: null, untimed: 0, backward: 0, bytes: 0 };
  #last = -Infinity;
  #interval = 0;

  private constructor(
    readonly file: string, readonly bytes: number, private readonly map: ReplayMap, private readonly columns: Columns,
    /** Plant time of the first row, and how far that lies from where it was recorded. In microseconds. */
    readonly start: number, private readonly shift: number,
    /** Of the first row. */
    readonly first: readonly PlantValue[],
  ) {
    this.#interval = map.time.kind === "interval" ? map.time.everyMicros : 0;
  }

  /** @param wallMicros for a map that puts the first row at "now". @throws RecordingRefused */
  static async open(file: string, map: ReplayMap, wallMicros: number): Promise<Recording> {
    const head: CsvRecord[] = [];
    const needed = map.file.header ? 2 : 1;
    try {
      const { size } = await stat(file);
      for await (const { records } of piecesOf(file, map)) {
        head.push(...records.slice(0, needed - head.length));
        const [first, row] = [head[0], head[needed - 1]];
        if (first !== undefined && row !== undefined) return Recording.#begin(file, size, map, first.cells, row, wallMicros);
      }
    } catch (error) {
      throw error instanceof RecordingRefused ? error : new RecordingRefused(`The recording ${file} cannot be read: ${(error as Error).message}`);
    }
    throw new RecordingRefused(`The recording ${file} holds no row${map.file.header ? " below its header" : ""}.`);
  }

  static #begin(file: string, size: number, map: ReplayMap, first: readonly string[], row: CsvRecord, wallMicros: number): Recording {
    const binding = bind(map, first);
    if (binding.kind === "faults") throw new RecordingRefused(`The map does not fit the recording ${file}:\n${binding.faults.map((fault) => `  ${fault}`).join("\n")}`);
    const recorded = binding.columns.timeOf(row, 0, -Infinity);
    if (recorded === null) throw new RecordingRefused(`The map does not fit the recording ${file}:\n  $.time.format: line ${row.line} has no time of the form ${map.time.kind === "column" ? map.time.format : ""}; its cells are ${JSON.stringify(row.cells.slice(0, 8))}`);
    const start = map.time.start === "recorded" ? recorded : map.time.start === "now" ? wallMicros : map.time.start;
    if (start < earliest || start > latest) throw new RecordingRefused(`The map does not fit the recording ${file}:\n  $.time: the first row would be played at ${new Date(start / 1000).toISOString()}; say with "start" when it begins, if its column counts from a moment of its own`);
    return new Recording(file, size, map, binding.columns, start, start - recorded, binding.columns.momentsOf(row, start)[0]?.values ?? []);
  }

  get nodes(): readonly PlantNode[] {
    return this.map.signals.map(({ node, type, unit, range, description }) => ({
      ns: this.map.namespaceUri, id: node, dataType: type, writable: false,
      ...(unit ? { unit } : {}), ...(range ? { range } : {}), ...(description ? { description } : {}),
    }));
  }

  /** Part of the file that has been read, 0 to 1; null for a gzipped one, whose length is not known. */
  get progress(): number | null {
    return isGzipped(this.file) || this.bytes === 0 ? null : this.tally.bytes / this.bytes;
  }

  /** After one reading: from its first row to where the next one would be, in microseconds; a single row lasts a second. */
  get length(): number {
    return Math.max(this.#last - this.start, 0) + (this.#interval > 0 ? this.#interval : 1_000_000);
  }

  /** One reading, a list for each row. @param later microseconds of plant time that it is played later than the first. */
  async *moments(later: number): AsyncGenerator<readonly Moment[]> {
    let row = -1;
    let newest = -Infinity;
    let header = this.map.file.header;
    let before = 0;
    for await (const { records, bytes } of piecesOf(this.file, this.map)) {
      for (const [at, record] of records.entries()) {
        this.tally.bytes = before + (bytes * (at + 1)) / records.length;
        if (header) {
          header = false;
          continue;
        }
        row += 1;
        const recorded = this.columns.timeOf(record, row, newest);
        if (recorded === null) {
          this.tally.untimed += 1;
          continue;
        }
        if (recorded < newest) this.tally.backward += 1;
        else if (recorded > newest && newest !== -Infinity) this.#interval = recorded - newest;
        newest = Math.max(newest, recorded);
        const moments = this.columns.momentsOf(record, recorded + this.shift + later);
        yield moments;
        this.tally.rows += 1; // only now has it been told
        for (const moment of moments) this.#countBad(moment, record.line);
      }
      before += bytes;
    }
    this.#last = newest + this.shift;
  }

  #countBad(moment: Moment, line: number): void {
    for (const [node, , , status] of moment.values) {
      if (status === undefined) continue;
      this.tally.bad += 1;
      if (status === badTypeMismatch) this.tally.wrong ??= `${this.map.signals[node]?.node} in line ${line}`;
    }
  }
}

interface Piece {
  readonly records: readonly CsvRecord[];
  readonly bytes: number;
}

/** The file piece by piece, each with the records that end in it; the header is the first of all. The next one is read when it is asked for. */
async function* piecesOf(file: string, { file: form }: ReplayMap): AsyncGenerator<Piece> {
  const decoder = new TextDecoder(form.encoding);
  const splitter = new CsvSplitter(form.separator);
  const wanted = (records: CsvRecord[]): CsvRecord[] => ((records[0]?.line ?? Infinity) > form.skipLines ? records : records.filter((record) => record.line > form.skipLines));
  const stream = bytesOf(file);
  try {
    for await (const bytes of stream as AsyncIterable<Buffer>) yield { records: wanted(splitter.push(decoder.decode(bytes, { stream: true }))), bytes: bytes.length };
    yield { records: wanted([...splitter.push(decoder.decode()), ...splitter.end()]), bytes: 0 };
  } finally {
    stream.destroy();
  }
}

function bytesOf(file: string): Readable {
  const stored = createReadStream(file);
  return isGzipped(file) ? pipeline(stored, createGunzip(), () => undefined) : stored; // what breaks in the pipeline breaks the reading too
}

function isGzipped(file: string): boolean {
  return file.endsWith(".gz");
}
