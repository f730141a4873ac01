import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compiledGateway } from "../testing/compiled.js";
import { temporaryFolder } from "../testing/folder.js";
import { randomFrom } from "../testing/random.js";
import { BufferReader } from "./buffer-reader.js";
import { DurableBuffer } from "./durable-buffer.js";
import { endOf } from "./record.js";
import { rowsIn } from "./rows.js";

const kills = 5;

test("kill -9 while it writes: nothing that was acknowledged to itself is lost, no number is missing or used twice", async () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  let promised = 0;
  let waveforms = 0;
  for (let kill = 0; kill < kills; kill++) {
    promised = Math.max(promised, await appendUntilKilled(code, folder, 20 + random() * 150));
    const buffer = await DurableBuffer.open(folder, ["a", "b"], { maxBytes: 1e9, segmentBytes: 20_000, syncSpacingMs: 0 }, () => undefined);
    expect(buffer.nextSequence - 1, `seed ${seed}, kill ${kill}`).toBeGreaterThanOrEqual(promised);
    let next = 1;
    const reader = new BufferReader(buffer, 0);
    for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
      expect(record.sequence, `seed ${seed}, kill ${kill}`).toBe(next);
      // The child writes into each row the sequence at which its batch began: a row in a wrong place shows.
      const rows = rowsIn(record);
      expect(rows).toHaveLength(record.count);
      for (const row of rows) expect(row.sourceUs).toBeLessThanOrEqual(record.sequence);
      for (const { content } of rows) expect(new Set(content?.bytes).size, "a waveform is whole").toBeLessThanOrEqual(1);
      waveforms += rows.filter(({ content }) => content !== undefined).length;
      next = endOf(record) + 1;
    }
    expect(next).toBe(buffer.nextSequence);
    await buffer.close();
  }
  expect(promised).toBeGreaterThan(kills * 10);
  expect(waveforms).toBeGreaterThan(kills);
}, 60_000);

/** @returns the highest sequence that the child said is on disk. */
function appendUntilKilled(code: string, folder: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [join(code, "testing", "append-forever.js"), folder], { stdio: ["ignore", "pipe", "inherit"] });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      if (said === "") setTimeout(() => child.kill("SIGKILL"), afterMs);
      said += data.toString();
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal !== "SIGKILL") reject(new Error(`the child ended by itself (${_code})`));
      const lines = said.slice(0, said.lastIndexOf("\n")).split("\n");
      resolve(Number(lines.at(-1)));
    });
  });
}
