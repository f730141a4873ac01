// Fault: the process is killed between any two operations on files while a full buffer gives up samples.
import type * as Files from "node:fs/promises";
import { beforeEach, expect, test, vi } from "vitest";
import { decodeFrame } from "../link/frames.js";
import type { SignalClass } from "../plant/definition.js";
import type { Row } from "../samples/row.js";
import { temporaryFolder } from "../testing/folder.js";
import { randomFrom } from "../testing/random.js";
import { BufferReader } from "./buffer-reader.js";
import { DurableBuffer } from "./durable-buffer.js";
import { endOf } from "./record.js";
import { numbered } from "./thinning.js";

/** So many more changes of files, then the process is dead: the next one is done by half or not at all, and none after it. */
const life = vi.hoisted(() => ({ left: Infinity }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof Files>();
  const killed = () => Object.assign(new Error("killed"), { code: "KILLED" });
  const spend = () => {
    if (life.left <= 0) throw killed();
    life.left--;
  };
  const changing = <A extends unknown[], R>(work: (...given: A) => Promise<R>) => async (...given: A): Promise<R> => {
    spend();
    return work(...given);
  };
  return {
    ...real, rename: changing(real.rename), unlink: changing(real.unlink), rm: changing(real.rm), truncate: changing(real.truncate),
    open: async (path: string, flags: string, mode?: number) => {
      if (flags !== "r") spend();
      const file = await real.open(path, flags, mode);
      const { writeFile, sync, datasync, truncate } = file;
      return Object.assign(file, {
        writeFile: async (data: string | Uint8Array) => {
          if (life.left > 0) return spend(), writeFile.call(file, data);
          await writeFile.call(file, data.slice(0, data.length / 2)).catch(() => undefined);
          throw killed();
        },
        sync: changing(sync.bind(file)), datasync: changing(datasync.bind(file)), truncate: changing(truncate.bind(file)),
      });
    },
  };
});

beforeEach(() => void (life.left = Infinity));

const ids = ["state", "telemetry", "diagnostic"];
const options = { maxBytes: 12_000, segmentBytes: 3000, syncSpacingMs: 0 };
const open = (folder: string) => DurableBuffer.open(folder, ids, options, () => undefined, (id) => id as SignalClass);

test("killed at any operation on a file: each sample that was on disk is there once or lost once, by signal, and counted so", async () => {
  const seed = Date.now() % 1_000_000;
  const random = randomFrom(seed);
  const folder = temporaryFolder();
  let buffer = await open(folder);
  const appended = new Map<number, Row>();
  let [kills, overflows] = [0, 0];
  for (let batch = 0; overflows < 60; batch++) {
    const first = buffer.nextSequence;
    const rows = Array.from({ length: 30 }, (_, index): Row => ({ signal: 1 + Math.floor(random() ** 2 * 3), sourceUs: first + index, serverUs: 5, status: 0, value: random() }));
    let failed: Error | undefined;
    buffer.onFailure = (error) => { failed = error; };
    // Where a write makes the buffer overflow, each of some thirty changes is cut in turn.
    life.left = buffer.bytes + 700 > options.maxBytes ? overflows++ % 30 : Infinity;
    buffer.append([], rows);
    await buffer.flushed();
    const survived = failed === undefined;
    const said = survived ? first + rows.length : first;
    life.left = Infinity;
    if (!survived) {
      kills++;
      expect(failed?.message).toMatch(/killed/);
      await buffer.close().catch(() => undefined);
      buffer = await open(folder);
    }
    const at = `seed ${seed}, batch ${batch}, kill ${kills}`;
    expect(buffer.nextSequence, at).toBeGreaterThanOrEqual(said);
    rows.forEach((row, index) => { if (first + index < buffer.nextSequence) appended.set(first + index, row); });
    if (survived) continue;

    const [kept, lost] = [new Map<number, Row>(), new Map<number, number>()];
    const reader = new BufferReader(buffer, 0);
    let next = 1;
    let wholly = 0;
    for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
      const frame = decodeFrame(record.content);
      if (frame.gap === undefined) expect(record.sequence, at).toBe(next);
      else wholly = endOf(record);   // the oldest segments, with all that was in them
      for (const { sequence, row } of numbered(record.sequence, frame)) kept.set(sequence, row);
      for (const { signal, count } of frame.thinned?.lost ?? []) signal.forEach((each, index) => lost.set(each, (lost.get(each) ?? 0) + (count[index] ?? 0)));
      next = endOf(record) + 1;
    }
    expect(next, at).toBe(buffer.nextSequence);
    for (const [sequence, row] of kept) expect(row, at).toEqual(appended.get(sequence));
    const missing = [...appended].filter(([sequence]) => sequence > wholly && !kept.has(sequence)).map(([, row]) => row.signal);
    for (const signal of [1, 2, 3]) expect(lost.get(signal) ?? 0, `${at}, signal ${signal}`).toBe(missing.filter((each) => each === signal).length);
    expect(new Map(buffer.counts.all), at).toEqual(new Map([1, 2, 3].map((signal) => [signal, [...appended.values()].filter((row) => row.signal === signal).length])));
    if (wholly === 0) {
      expect(buffer.dropped, at).toBe(missing.length);
      expect([buffer.droppedOf.telemetry, buffer.droppedOf.diagnostic], at).toEqual([lost.get(2) ?? 0, lost.get(3) ?? 0]);
    }
  }
  expect(kills).toBeGreaterThan(30);
  await buffer.close();
}, 120_000);
