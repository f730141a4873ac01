import { expect, onTestFinished, test } from "vitest";
import { CoreLink } from "../link/core-link.js";
import { decodeFrame } from "../link/frames.js";
import type { SignalClass } from "../plant/definition.js";
import type { Row } from "../samples/row.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { FakeCore } from "../testing/fake-core.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { present } from "../testing/present.js";
import { randomFrom } from "../testing/random.js";
import { BufferReader, creditOf, split } from "./buffer-reader.js";
import { DurableBuffer, gapRecord } from "./durable-buffer.js";
import { endOf, type BufferRecord } from "./record.js";
import { recordsOf, rowsIn } from "./rows.js";
import { numbered, thin } from "./thinning.js";

const ids = ["state", "telemetry", "diagnostic", "waveform"];
const classOf = (id: string) => (id === "waveform" ? "telemetry" : id) as SignalClass;   // a content goes first, whatever the definition says
const seeds = Array.from({ length: 20 }, (_, index) => (Date.now() + index) % 1_000_000);

/** A row whose time says which it is. */
function someRow(random: () => number, sourceUs: number): Row {
  const signal = 1 + Math.floor(random() ** 2 * ids.length);
  const status = random() < 0.1 ? 0x40000000 : 0;
  if (signal === 4) return { signal, sourceUs, serverUs: sourceUs, status, value: NaN, content: { format: "f32", bytes: new Uint8Array(1 + Math.floor(random() * 300)).fill(sourceUs % 251) } };
  return { signal, sourceUs, serverUs: sourceUs + 5, status, value: random(), ...(random() < 0.1 ? { text: `V${sourceUs}` } : {}) };
}

/** What records say: each sequence once, as a row, a gap or one of those that are lost. */
function told(records: readonly BufferRecord[]): { rows: Map<number, Row>; gaps: number[]; lost: Map<string, number>; holes: number } {
  const [rows, gaps, lost] = [new Map<number, Row>(), [] as number[], new Map<string, number>()];
  let holes = 0;
  for (const record of records) {
    const frame = decodeFrame(record.content);
    if (frame.gap !== undefined) gaps.push(record.sequence);
    const here = numbered(record.sequence, frame);
    for (const { sequence, row } of here) rows.set(sequence, plain(row));
    for (const { sequence } of here) expect(sequence >= record.sequence && sequence <= endOf(record)).toBe(true);
    if (frame.gap === undefined) expect(here.length + sum(frame.thinned?.holeCount ?? [])).toBe(record.count);
    holes += sum(frame.thinned?.holeCount ?? []);
    for (const { signal, count, reason } of frame.thinned?.lost ?? []) signal.forEach((each, index) => lost.set(`${each} ${reason}`, (lost.get(`${each} ${reason}`) ?? 0) + (count[index] ?? 0)));
  }
  return { rows, gaps, lost, holes };
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
const plain = (row: Row): Row => (row.content === undefined ? row : { ...row, content: { ...row.content, bytes: Uint8Array.from(row.content.bytes) } });

function expectContiguous(records: readonly BufferRecord[], from: number, to: number, seed: number): void {
  let next = from;
  for (const record of records) {
    expect(record.sequence, `seed ${seed}`).toBe(next);
    next = endOf(record) + 1;
  }
  expect(next - 1, `seed ${seed}`).toBe(to);
}

test("whatever is given up, in however many steps: what stays has its sequence and its order, what is gone is counted by signal and reason", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const all = Array.from({ length: 1 + Math.floor(random() * 1500) }, (_, index) => someRow(random, 1000 + index));
    let records: BufferRecord[] = [];
    const gaps: number[] = [];
    let sequence = 7;
    const numbers = new Map<number, Row>();
    for (let from = 0; from < all.length; ) {
      const batch = all.slice(from, from + 1 + Math.floor(random() * 700));
      if (random() < 0.3) {
        gaps.push(sequence);
        records.push(gapRecord(sequence++, { signals: [1], fromUs: 0, toUs: 1, reason: "server-lost" }));
      }
      records.push(...recordsOf(batch, sequence));
      for (const row of batch) numbers.set(sequence++, row);
      from += batch.length;
    }
    const expectedLost = new Map<string, number>();
    for (const reason of ["buffer-full", "disk-full", "buffer-full"] as const) {
      const share = random();
      const gone = new Set([...numbers.keys()].filter(() => random() < share));
      const { records: fewer, given } = thin(records, (_, each) => gone.has(each), reason, new Map());
      expect(given.map((row) => row.sourceUs), `seed ${seed}`).toEqual([...gone].map((each) => present(numbers.get(each)).sourceUs));
      for (const each of gone) {
        const key = `${present(numbers.get(each)).signal} ${reason}`;
        expectedLost.set(key, (expectedLost.get(key) ?? 0) + 1);
        numbers.delete(each);
      }
      records = fewer;
      expectContiguous(records, 7, sequence - 1, seed);
      const is = told(records);
      expect([...is.rows], `seed ${seed}`).toEqual([...numbers]);
      expect(is.gaps, `seed ${seed}`).toEqual(gaps);
      expect(new Map([...is.lost].sort()), `seed ${seed}`).toEqual(new Map([...expectedLost].sort()));
      expect(is.holes, `seed ${seed}`).toBe(sum([...expectedLost.values()]));
    }
  }
});

test("a thinned record larger than the credit is cut in two that together are the whole, and no count is guessed", () => {
  for (const seed of seeds) {
    const random = randomFrom(seed);
    const all = Array.from({ length: 400 }, (_, index) => ({ ...someRow(random, 1000 + index), signal: 1 + (index % 3) })).map(({ content: _, ...row }) => row);
    const [record] = thin(recordsOf(all, 10), () => random() < 0.7, "buffer-full", new Map()).records;
    const rows = rowsIn(present(record)).length;
    expect(creditOf(present(record))).toBe(rows);
    const parts = split(present(record), 1 + Math.floor(random() * (rows - 1)));
    expectContiguous(parts, 10, 409, seed);
    expect([...told(parts).rows], `seed ${seed}`).toEqual([...told([present(record)]).rows]);
    expect([sum(parts.map(creditOf)), told(parts).holes]).toEqual([rows, told([present(record)]).holes]);
    expect(sum([...told(parts).lost.values()])).toBe(0);
  }
});

test("a full buffer gives up the oldest diagnostic samples, then the oldest telemetry, and state only when there is nothing else; all of it is accounted for", async () => {
  for (const seed of seeds.slice(0, 4)) {
    const random = randomFrom(seed);
    const folder = temporaryFolder();
    const options = { maxBytes: 20_000 + Math.floor(random() * 20_000), segmentBytes: 4000, syncSpacingMs: 0 };
    let buffer = await DurableBuffer.open(folder, ids, options, () => undefined, classOf);
    onTestFinished(() => buffer.close().catch(() => undefined));
    const appended = new Map<number, Row>();
    let stateDropped = 0;
    for (let batch = 0; batch < 220; batch++) {
      const onlyState = batch > 150;
      const rows = Array.from({ length: 20 }, (_, index) => ({ ...someRow(random, 1000 + batch * 20 + index), ...(onlyState ? { signal: 1 } : {}) })).map((row) => (onlyState ? { signal: 1, sourceUs: row.sourceUs, serverUs: 5, status: 0, value: random() } : row));
      const first = buffer.nextSequence;
      rows.forEach((row, index) => appended.set(first + index, row));
      buffer.append([], rows);
      await buffer.flushed();
      if (random() < 0.02) {
        await buffer.close();
        buffer = await DurableBuffer.open(folder, ids, options, () => undefined, classOf);
      }
      const { dropped, droppedOf } = buffer;
      const moreState = dropped - droppedOf.telemetry - droppedOf.diagnostic > stateDropped;
      stateDropped = dropped - droppedOf.telemetry - droppedOf.diagnostic;
      if (batch % 10 !== 9 && !moreState) continue;
      const is = await readAll(buffer);
      const kept = told(is.records);
      const at = `seed ${seed}, batch ${batch}`;
      expect(is.bytes, at).toBeLessThanOrEqual(options.maxBytes);
      expectContiguous(is.records, is.records[0]?.sequence ?? 0, buffer.nextSequence - 1, seed);
      for (const [sequence, row] of kept.rows) expect(row, at).toEqual(appended.get(sequence));
      expect(kept.rows.size + buffer.dropped, at).toBe(appended.size);
      const missing = [...appended].filter(([sequence]) => !kept.rows.has(sequence));
      const of = (row: Row) => (row.content === undefined ? present(ids[row.signal - 1]) : "diagnostic");
      expect({ telemetry: missing.filter(([, row]) => of(row) === "telemetry").length, diagnostic: missing.filter(([, row]) => of(row) === "diagnostic").length }, at).toEqual(buffer.droppedOf);
      // Before a sample of a class is given up, all of the classes below it are gone, up to the newest that were there then.
      const newest = (wanted: string, rows: Iterable<[number, Row]>) => Math.max(0, ...[...rows].filter(([, row]) => of(row) === wanted).map(([sequence]) => sequence));
      const oldest = (wanted: string, rows: Iterable<[number, Row]>) => Math.min(Infinity, ...[...rows].filter(([, row]) => of(row) === wanted).map(([sequence]) => sequence));
      for (const wanted of ["state", "telemetry", "diagnostic"]) expect(newest(wanted, missing), `${at}: the oldest ${wanted} first`).toBeLessThan(oldest(wanted, kept.rows));
      if (moreState) expect([...kept.rows.values()].filter((row) => of(row) !== "state"), `${at}: state goes where nothing else is there`).toEqual([]);
    }
    expect(stateDropped, `seed ${seed}: state had to go in the end`).toBeGreaterThan(0);
    await buffer.close();
  }
}, 120_000);

test("over the link comes what is left, with its sequences, and what each signal has lost, for one credit a row", async () => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  core.credit = 1000;   // a frame has fewer rows: none has to be cut in two
  await core.start();
  const buffer = await DurableBuffer.open(folder, ids, { maxBytes: 38_000, segmentBytes: 8000, syncSpacingMs: 0 }, () => undefined, classOf);
  const random = randomFrom(7);
  for (let batch = 0; batch < 250; batch++) {
    buffer.append([], Array.from({ length: 20 }, (_, index) => ({ signal: 1 + Math.floor(random() * 3), sourceUs: batch * 20 + index + 1, serverUs: 5, status: 0, value: 1 })));
    await buffer.flushed();
  }
  expect(buffer.droppedOf.telemetry).toBeGreaterThan(0);
  const link = new CoreLink({ url: core.url, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, () => undefined);
  onTestFinished(async () => {
    link.stop();
    await core.stop();
    await buffer.close();
  });
  link.start();
  await until("all has come", () => core.stored === 5000);
  for (const { sequence, sourceUs } of core.rows) expect(sequence).toBe(sourceUs);
  expect([core.missing, core.gaps, core.rows.length]).toEqual([[], [], 5000 - buffer.dropped]);
  expect(core.mostInFlight).toBeLessThanOrEqual(1000);
  const lostOf = (signal: number) => sum(core.lost.map((lost) => lost.count[lost.signal.indexOf(signal)] ?? 0));
  expect([lostOf(1), lostOf(2), lostOf(3)]).toEqual([0, buffer.droppedOf.telemetry, buffer.droppedOf.diagnostic]);
}, 60_000);

async function readAll(buffer: DurableBuffer): Promise<{ records: BufferRecord[]; bytes: number }> {
  const reader = new BufferReader(buffer, 0);
  const records: BufferRecord[] = [];
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) records.push(record);
  return { records, bytes: buffer.bytes };
}
