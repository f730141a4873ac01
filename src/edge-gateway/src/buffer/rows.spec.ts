import { expect, onTestFinished, test } from "vitest";
import { CoreLink } from "../link/core-link.js";
import type { Row } from "../samples/row.js";
import { Repeats } from "../samples/repeats.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { FakeCore } from "../testing/fake-core.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { DurableBuffer, mostPendingRows } from "./durable-buffer.js";
import { recordsOf, rowsIn, weightOf } from "./rows.js";

const number = (sourceUs: number): Row => ({ signal: 1, sourceUs, serverUs: 5, status: 0, value: sourceUs / 2 });
const waveform = (sourceUs: number, bytes = 40): Row => ({ signal: 2, sourceUs, serverUs: 5, status: 0x40000000, value: NaN, content: { format: "f32", bytes: new Uint8Array(bytes).fill(sourceUs % 251) } });
const rows = [number(1), waveform(2), waveform(3), number(4), number(5), waveform(6)];

async function opened(folder: string): Promise<DurableBuffer> {
  const buffer = await DurableBuffer.open(folder, ["number", "waveform"], { maxBytes: 1e9, segmentBytes: 2000, syncSpacingMs: 0 }, () => undefined);
  onTestFinished(() => buffer.close().catch(() => undefined));
  return buffer;
}

test("waveforms stand in the same order of numbers as samples, each in a record of its own", () => {
  const records = recordsOf(rows, 10);
  expect(records.map(({ sequence, count }) => [sequence, count])).toEqual([[10, 1], [11, 1], [12, 1], [13, 2], [15, 1]]);
  expect(records.flatMap(rowsIn).map((row) => ({ ...row, ...(row.content === undefined ? {} : { content: { ...row.content, bytes: Uint8Array.from(row.content.bytes) } }) }))).toEqual(rows);
});

test("a restarted gateway knows when each waveform was last seen, and counts it as a sample", async () => {
  const folder = temporaryFolder();
  const buffer = await opened(folder);
  buffer.append([], rows);
  await buffer.close();
  const again = await opened(folder);
  expect([again.nextSequence, [...again.lastSource], [...again.counts.all]]).toEqual([7, [[1, 5], [2, 6]], [[1, 3], [2, 3]]]);
});

test("waveforms go over the link in order, for one credit each", async () => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  core.credit = 1;
  await core.start();
  const buffer = await opened(folder);
  const link = new CoreLink({ url: core.url, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, () => undefined);
  onTestFinished(async () => {
    link.stop();
    await core.stop();
  });
  link.start();
  buffer.append([], [...rows, waveform(7, 1024 * 1024)]);
  await until("the core has all", () => core.rows.length === 7);
  expect(core.rows.map(({ sequence, sourceUs, content }) => [sequence, sourceUs, content?.bytes.length])).toEqual([[1, 1, undefined], [2, 2, 40], [3, 3, 40], [4, 4, undefined], [5, 5, undefined], [6, 6, 40], [7, 7, 1024 * 1024]]);
  expect([core.mostInFlight, core.missing]).toEqual([1, []]);
}, 30_000);

test("a server that sends the same waveform to a new subscription sends nothing new; another one at the same time is", () => {
  const repeats = new Repeats();
  expect(repeats.without([waveform(2), waveform(2), { ...waveform(2), content: { format: "f32", bytes: new Uint8Array(40).fill(9) } }])).toHaveLength(2);
});

test("waveforms that wait for the disk count by their size: some 50 MB of them are as many as may wait", () => {
  expect(weightOf(Array.from({ length: 45 }, () => waveform(1, 1024 * 1024)))).toBeLessThan(mostPendingRows);
  expect(weightOf(Array.from({ length: 50 }, () => waveform(1, 1024 * 1024)))).toBeGreaterThan(mostPendingRows);
});
