import { truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CoreLink } from "../link/core-link.js";
import type { Row } from "../samples/row.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { FakeCore } from "../testing/fake-core.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { DurableBuffer } from "./durable-buffer.js";

const row = (signal: number, sourceUs: number): Row => ({ signal, sourceUs, serverUs: 5, status: 0, value: 1 });

async function open(folder: string, maxBytes = 1e9): Promise<DurableBuffer> {
  const buffer = await DurableBuffer.open(folder, ["a", "b"], { maxBytes, segmentBytes: 2000, syncSpacingMs: 0 }, () => undefined);
  onTestFinished(() => buffer.close().catch(() => undefined));
  return buffer;
}

async function fill(buffer: DurableBuffer, batches: number): Promise<void> {
  for (let batch = 0; batch < batches; batch++) {
    buffer.append([{ signals: [1], fromUs: 0, toUs: batch, reason: "server-lost" }], [row(1, batch), row(2, batch), row(1, batch + 0.5)]);
    await buffer.flushed();
  }
}

test("what was numbered is counted through new segments, dropped ones and restarts; gaps are no samples", async () => {
  const folder = temporaryFolder();
  let buffer = await open(folder, 8000);
  await fill(buffer, 200);
  expect(buffer.dropped).toBeGreaterThan(0);
  expect([buffer.counts.since, new Map(buffer.counts.all)]).toEqual([1, new Map([[1, 400], [2, 200]])]);
  await buffer.close();
  buffer = await open(folder, 8000);
  await fill(buffer, 1);
  expect([buffer.counts.since, new Map(buffer.counts.all)]).toEqual([1, new Map([[1, 402], [2, 201]])]);
});

test("rows that a power cut took from the disk are not counted", async () => {
  const folder = temporaryFolder();
  const buffer = await open(folder);
  await fill(buffer, 3);
  await buffer.close();
  const path = join(folder, "0000000000000001.seg");
  truncateSync(path, (await import("node:fs")).statSync(path).size - 3);
  expect(new Map((await open(folder)).counts.all)).toEqual(new Map([[1, 4], [2, 2]]));
});

test("a buffer whose disk was set back counts anew from where the core stands", async () => {
  const folder = temporaryFolder();
  let buffer = await open(folder);
  await fill(buffer, 3);
  await buffer.skipTo(5000);
  expect([buffer.counts.since, buffer.counts.all]).toEqual([5001, []]);
  await fill(buffer, 2);
  await buffer.close();
  buffer = await open(folder);
  expect([buffer.counts.since, new Map(buffer.counts.all)]).toEqual([5001, new Map([[1, 4], [2, 2]])]);
});

test("the core is told the counts when it has all that they are of", async () => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  core.credit = 2;
  core.givesCredit = false;
  await core.start();
  const buffer = await open(join(folder, "buffer"));
  await fill(buffer, 20);
  const link = new CoreLink({ url: core.url, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, () => undefined);
  onTestFinished(async () => {
    link.stop();
    await core.stop();
  });
  link.start();
  await until("the credit is used up", () => core.rows.length === 2);
  expect(core.counts).toEqual([]);
  core.releaseCredit();
  await until("all has come", () => core.rows.length === 60);
  await until("the counts have come", () => core.counts.length === 1);
  expect(core.counts[0]).toMatchObject({ sequence: 80, since: 1, signal: [1, 2], sampled: [40, 20] });
}, 60_000);
