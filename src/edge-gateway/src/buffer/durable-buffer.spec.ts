import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { decodeFrame } from "../link/frames.js";
import { unpack } from "../samples/columns.js";
import type { Row } from "../samples/row.js";
import { temporaryFolder } from "../testing/folder.js";
import { present } from "../testing/present.js";
import { BufferReader, split } from "./buffer-reader.js";
import { DurableBuffer, mostPendingRows, type BufferOptions } from "./durable-buffer.js";
import { endOf, type BufferRecord } from "./record.js";

const options: BufferOptions = { maxBytes: 1e9, segmentBytes: 4000, syncSpacingMs: 0 };
const row = (signal: number, sourceUs: number): Row => ({ signal, sourceUs, serverUs: 5, status: 0, value: sourceUs / 2 });

async function open(folder: string, ids: readonly string[] = ["a", "b"], some: Partial<BufferOptions> = {}): Promise<{ buffer: DurableBuffer; log: string[] }> {
  const log: string[] = [];
  const buffer = await DurableBuffer.open(folder, ids, { ...options, ...some }, (text) => log.push(text));
  onTestFinished(() => buffer.close().catch(() => undefined));
  return { buffer, log };
}

/** Each batch on disk before the next, so that segments roll. */
async function fill(buffer: DurableBuffer, from: number, to: number): Promise<void> {
  for (let sourceUs = from; sourceUs < to; sourceUs += 10) {
    buffer.append([], Array.from({ length: 10 }, (_, index) => row(1 + (index % 2), sourceUs + index)));
    await buffer.flushed();
  }
}

async function readAll(buffer: DurableBuffer, after: number): Promise<BufferRecord[]> {
  const reader = new BufferReader(buffer, after);
  const records: BufferRecord[] = [];
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) records.push(record);
  return records;
}

function rowsOf(records: readonly BufferRecord[]): (Row & { sequence: number })[] {
  return records.flatMap((record) => {
    const { samples } = decodeFrame(record.content);
    return samples === undefined ? [] : unpack(samples).map((each, index) => ({ ...each, sequence: samples.firstSequence + index }));
  });
}

function expectContiguous(records: readonly BufferRecord[], from: number, to: number): void {
  let next = from;
  for (const record of records) {
    expect(record.sequence).toBe(next);
    next = endOf(record) + 1;
  }
  expect(next - 1).toBe(to);
}

const segmentsIn = (folder: string) => readdirSync(folder).filter((name) => name.endsWith(".seg")).sort();

test("samples and gaps are numbered without a hole, over many segments, and come back as they were", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 1000);
  buffer.append([{ signals: [1, 2], fromUs: 999, toUs: 2000, reason: "server-lost" }], [row(1, 2000)]);
  await buffer.flushed();
  const records = await readAll(buffer, 0);
  expectContiguous(records, 1, 1002);
  expect(segmentsIn(folder).length).toBeGreaterThan(2);
  expect(rowsOf(records).slice(0, 1000).map((each) => each.sourceUs)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  expect(decodeFrame(present(records.at(-2)).content).gap).toEqual({ sequence: 1001, signal: [1, 2], fromUs: 999, toUs: 2000, reason: "server-lost", samplingUs: 0 });
  await buffer.close();
});

test("numbers of signals and of samples, the buffer's id and each signal's last time survive a restart", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 1000);
  const { bufferId } = buffer.dictionary;
  await buffer.close();
  const { buffer: again } = await open(folder, ["c", "b"]);
  expect(again.dictionary).toEqual({ bufferId, signals: ["a", "b", "c"] });
  expect(again.numbers.get("b")).toBe(2);
  expect(again.nextSequence).toBe(1001);
  expect([...again.lastSource]).toEqual([[1, 998], [2, 999]]);
  again.append([], [row(3, 5000)]);
  await again.flushed();
  expectContiguous(await readAll(again, 990), 991, 1001);
  await again.close();
});

test("a write that the power cut off is cut away with a line in the log; all before it is there and the numbers go on", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 50);
  await buffer.close();
  const newest = join(folder, present(segmentsIn(folder).at(-1)));
  truncateSync(newest, statSync(newest).size - 3);
  const { buffer: again, log } = await open(folder);
  expect(log).toHaveLength(1);
  expect(log[0]).toMatch(/ends in \d+ bytes of an unfinished write; cut/);
  expect(again.nextSequence).toBe(41);
  await fill(again, 500, 510);
  expectContiguous(await readAll(again, 0), 1, 50);
  await again.close();
  expect((await open(folder)).log).toEqual([]);
});

test("a segment that was being created when the power went is taken away", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 100);
  await buffer.close();
  writeFileSync(join(folder, "0000000000000101.seg"), "half a he");
  const { buffer: again, log } = await open(folder);
  expect(log[0]).toMatch(/was being created/);
  expect(again.nextSequence).toBe(101);
  expectContiguous(await readAll(again, 0), 1, 100);
});

test("acknowledged segments are deleted, the rest stays", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 1000);
  const before = segmentsIn(folder);
  await buffer.acknowledge(Number.parseInt(present(before[2]), 10));
  expect(segmentsIn(folder)).toEqual(before.slice(2));
  expect(buffer.buffered).toBe(1000 - Number.parseInt(present(before[2]), 10));
  await buffer.acknowledge(1000);
  expect(segmentsIn(folder)).toEqual(before.slice(-1));
  expect(buffer.buffered).toBe(0);
  await buffer.close();
  expect((await open(folder)).buffer.nextSequence).toBe(1001);
});

test("a full buffer drops its oldest segment, counts it, and a gap stands in its place, also after a restart", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder, ["a", "b"], { maxBytes: 12_000 });
  await fill(buffer, 0, 3000);
  const first = buffer.firstSequence;
  expect(first).toBeGreaterThan(1);
  expect(buffer.dropped).toBe(first - 1);
  const gap = present(decodeFrame(present((await readAll(buffer, 0))[0]).content).gap);
  expect(gap).toMatchObject({ sequence: first - 1, signal: [1, 2], toUs: first - 1, reason: "buffer-full" });
  await buffer.close();
  const { buffer: again } = await open(folder, ["a", "b"], { maxBytes: 12_000 });
  expect(again.dropped).toBe(first - 1);
  const records = await readAll(again, 0);
  expectContiguous(records, first - 1, 3000);
  expect(decodeFrame(present(records[0]).content).gap).toEqual(gap);
  await again.acknowledge(first - 1);
  expect((await readAll(again, first - 1)).map((record) => decodeFrame(record.content).gap).filter(Boolean)).toEqual([]);
  await again.close();
  expect((await open(folder, ["a", "b"], { maxBytes: 12_000 })).buffer.dropped).toBe(first - 1);
});

test("a segment that rotted on the disk gives what is whole before the damage, and a gap for the rest", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 1000);
  const [, second, third] = segmentsIn(folder);
  const path = join(folder, present(second));
  const bytes = readFileSync(path);
  const middle = Math.floor(bytes.length / 2);
  bytes.writeUInt8(bytes.readUInt8(middle) ^ 4, middle);
  writeFileSync(path, bytes);
  const records = await readAll(buffer, 0);
  const gap = records.find((record) => decodeFrame(record.content).gap !== undefined);
  expect(endOf(present(gap))).toBe(Number.parseInt(present(third), 10) - 1);
  expect(decodeFrame(present(gap).content).gap).toMatchObject({ reason: "buffer-damaged", signal: [1, 2] });
  expect(rowsOf(records).length + buffer.dropped).toBe(1000);
  expect(buffer.dropped).toBeGreaterThan(0);
  await buffer.close();
});

test("where a segment's very head rotted, the gap still goes from the last sample before it to the first after it", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 1000);
  const [first, second, third] = segmentsIn(folder).map((name) => ({ path: join(folder, name), sequence: Number.parseInt(name, 10) }));
  const rot = (path: string) => {
    const bytes = readFileSync(path);
    bytes.writeUInt8(bytes.readUInt8(9) ^ 4, 9);
    writeFileSync(path, bytes);
  };
  rot(present(second).path);
  // Source times count up with the sequences: row n has n - 1, and two signals take turns.
  const gapOf = (records: readonly BufferRecord[]) => present(records.map((record) => decodeFrame(record.content).gap).find(Boolean));
  expect(gapOf(await readAll(buffer, 0))).toMatchObject({ signal: [1, 2], fromUs: present(second).sequence - 3, toUs: present(third).sequence - 1, reason: "buffer-damaged" });
  rot(present(first).path);
  rot(present(third).path);
  await buffer.close();
  unlinkSync(join(folder, "dropped.json"));
  const { buffer: again } = await open(folder);
  const { fromUs, toUs } = gapOf(await readAll(again, 0));
  expect(Number.isSafeInteger(fromUs) && Number.isSafeInteger(toUs) && fromUs <= toUs).toBe(true);
});

test("a disk that does not answer ends the gateway before its memory is full", async () => {
  const { buffer } = await open(temporaryFolder(), ["a"], { syncSpacingMs: 1000 });
  const failures: string[] = [];
  buffer.onFailure = (error) => failures.push(error.message);
  await fill(buffer, 0, 10);
  const rows = Array.from({ length: 1000 }, (_, index) => row(1, index));
  for (let waiting = 0; waiting < mostPendingRows; waiting += rows.length) buffer.append([], rows);
  expect(failures).toEqual([]);
  buffer.append([], rows);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(/cannot be written \(it has not answered while 200000 samples came in\); free or repair that disk/);
});

test("a disk that refuses a new segment where numbers have to jump ends the gateway too", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  const failures: string[] = [];
  buffer.onFailure = (error) => failures.push(error.message);
  await fill(buffer, 0, 10);
  mkdirSync(join(folder, "0000000000005001.seg"));
  await buffer.skipTo(5000);
  expect(failures).toHaveLength(1);
  expect(failures[0]).toMatch(/cannot be written \(EISDIR/);
});

test("numbers jump over what the core holds but a restored disk does not", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 100);
  await buffer.skipTo(5000);
  await fill(buffer, 100, 110);
  expectContiguous(await readAll(buffer, 5000), 5001, 5010);
  await buffer.close();
  expect((await open(folder)).buffer.nextSequence).toBe(5011);
});

test("buffered samples without their dictionary are not sent under other names", async () => {
  const folder = temporaryFolder();
  const { buffer } = await open(folder);
  await fill(buffer, 0, 10);
  await buffer.close();
  unlinkSync(join(folder, "dictionary.json"));
  await expect(open(folder)).rejects.toThrow(/dictionary.json is missing.*Restore the file, or move/);
});

test("a record larger than the credit is cut in two that together are the whole", async () => {
  const { buffer } = await open(temporaryFolder());
  await fill(buffer, 0, 10);
  const [record] = await readAll(buffer, 0);
  const [head, tail] = split(present(record), 3);
  expect([head.sequence, head.count, tail.sequence, tail.count]).toEqual([1, 3, 4, 7]);
  expect(rowsOf([head, tail])).toEqual(rowsOf([present(record)]));
  await buffer.close();
});
