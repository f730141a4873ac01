// Fault 6 for the gateway: its disk is full, because of itself or of another program, while linked to the core and while not.
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { decodeFrame } from "../link/frames.js";
import { CoreLink } from "../link/core-link.js";
import { unpack } from "../samples/columns.js";
import type { Row } from "../samples/row.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { FakeCore } from "../testing/fake-core.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { canMount, fillUp, smallDisk } from "../testing/small-disk.js";
import { BufferReader } from "./buffer-reader.js";
import { DurableBuffer } from "./durable-buffer.js";
import { endOf } from "./record.js";

const perBatch = 500;

async function openOn(folder: string): Promise<{ buffer: DurableBuffer; failures: string[] }> {
  const failures: string[] = [];
  const buffer = await DurableBuffer.open(join(folder, "buffer"), ["a", "b"], { maxBytes: 1e9, segmentBytes: 200_000, syncSpacingMs: 0 }, () => undefined);
  buffer.onFailure = (error) => failures.push(error.message);
  onTestFinished(() => buffer.close().catch(() => undefined));
  return { buffer, failures };
}

/** Rows whose value and time say which they are, each batch on disk, or refused, before the next. */
async function append(buffer: DurableBuffer, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += perBatch) {
    buffer.append([], Array.from({ length: perBatch }, (_, index): Row => ({ signal: 1 + (index % 2), sourceUs: number + index, serverUs: number + index, status: 0, value: Math.sqrt(number + index) })));
    await buffer.flushed();
  }
}

interface Read {
  readonly rows: readonly Row[];
  readonly gaps: readonly { signal: number[]; fromUs: number; toUs: number; reason: string }[];
}

/** Everything from the first sequence on; sequences have to go on without a hole that no gap accounts for. */
async function readAll(buffer: DurableBuffer): Promise<Read> {
  const rows: Row[] = [];
  const gaps = [];
  const reader = new BufferReader(buffer, 0);
  let last: number | undefined;
  for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
    const { samples, gap } = decodeFrame(record.content);
    if (samples !== undefined) {
      expect(record.sequence).toBe((last ?? 0) + 1);
      rows.push(...unpack(samples));
    }
    if (gap !== undefined) gaps.push(gap);
    last = endOf(record);
  }
  expect(last).toBe(buffer.nextSequence - 1);
  return { rows, gaps };
}

describe.skipIf(!canMount)("on a disk of its own (skipped: only root may mount one)", () => {
  test("without a core, a disk that its own samples fill loses the oldest, says so, counts them, and takes new ones all the time", async () => {
    const { buffer, failures } = await openOn(smallDisk(3));
    await append(buffer, 0, 300_000);
    expect(failures).toEqual([]);
    const { rows, gaps } = await readAll(buffer);
    expect(rows.at(-1)?.sourceUs).toBe(299_999);
    expect(rows.length + buffer.dropped).toBe(300_000);
    expect(rows.map((row) => row.sourceUs)).toEqual(Array.from({ length: rows.length }, (_, index) => 300_000 - rows.length + index));
    expect(gaps).toEqual([expect.objectContaining({ signal: [1, 2], reason: "disk-full", toUs: rows[0]?.sourceUs })]);
    expect(rows.length).toBeGreaterThan(50_000);
  }, 60_000);

  test("a disk that another program fills to the last byte: what comes is counted, and is a gap once there is room again", async () => {
    const folder = smallDisk(3);
    const { buffer, failures } = await openOn(folder);
    await append(buffer, 0, 20_000);
    // Whatever the buffer gives up, the other program takes.
    for (let number = 20_000; number < 40_000; number += perBatch) {
      fillUp(join(folder, "other"));
      await append(buffer, number, number + perBatch);
    }
    expect(failures).toEqual([]);
    expect(buffer.dropped).toBeGreaterThan(10_000);
    rmSync(join(folder, "other"));
    await append(buffer, 40_000, 60_000);
    const { rows, gaps } = await readAll(buffer);
    expect(rows.at(-1)?.sourceUs).toBe(59_999);
    expect(rows.length + buffer.dropped).toBe(60_000);
    const seen = new Set(rows.map((row) => row.sourceUs));
    expect(seen.size).toBe(rows.length);
    for (let number = 0; number < 60_000; number++) {
      if (!seen.has(number)) expect(gaps.some((gap) => gap.reason === "disk-full" && gap.fromUs <= number && number <= gap.toUs), `${number} is accounted for`).toBe(true);
    }
    expect(existsSync(join(folder, "buffer", "reserve"))).toBe(true);
    await buffer.close();
    const again = await openOn(folder);
    expect((await readAll(again.buffer)).rows).toHaveLength(rows.length);
  }, 60_000);

  test("with a core, what it has makes room: nothing is lost but what came while it was away, and that is a gap", async () => {
    const [folder, pki] = [smallDisk(3), temporaryFolder()];
    await createLinkCertificates(pki);
    const core = await FakeCore.withCertificates(pki);
    await core.start();
    const { buffer, failures } = await openOn(folder);
    const link = new CoreLink({ url: core.url, certificates: pki, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, () => undefined);
    onTestFinished(async () => {
      link.stop();
      await core.stop();
    });
    link.start();
    const linked = async (from: number, to: number) => {
      for (let number = from; number < to; number += 10_000) {
        await append(buffer, number, number + 10_000);
        await until("the core has it", () => core.rows.at(-1)?.sourceUs === number + 9_999);
      }
    };
    await linked(0, 200_000);
    expect(buffer.dropped).toBe(0);
    expect(core.rows).toHaveLength(200_000);
    await core.stop();
    await append(buffer, 200_000, 600_000);
    const { dropped } = buffer;
    expect(dropped).toBeGreaterThan(0);
    await core.start();
    await until("the core has the rest", () => core.rows.at(-1)?.sourceUs === 599_999);
    await linked(600_000, 700_000);
    expect(failures).toEqual([]);
    expect(buffer.dropped).toBe(dropped);
    expect(core.rows.length).toBe(700_000 - dropped);
    expect(core.gaps).toEqual([expect.objectContaining({ signal: [1, 2], reason: "disk-full" })]);
    expect(core.missing.length).toBe(0);
  }, 60_000);
});
