// Child process of the crash test: appends in a loop and says on standard output which sequence is on disk. Killed from outside.
import { writeSync } from "node:fs";
import { DurableBuffer } from "../buffer/durable-buffer.js";
import type { Row } from "../samples/row.js";

const buffer = await DurableBuffer.open(process.argv[2] as string, ["a", "b"], { maxBytes: 1e9, segmentBytes: 20_000, syncSpacingMs: 0 }, (text) => writeSync(2, `${text}\n`));
buffer.onDurable(() => writeSync(1, `${buffer.nextSequence - 1}\n`));
for (let round = 0; ; round++) {
  const sourceUs = buffer.nextSequence;
  const rows = Array.from({ length: 1 + (round % 40) }, (_, index): Row => ({ signal: 1 + (index % 2), sourceUs, serverUs: sourceUs, status: 0, value: round }));
  const waveform: Row = { signal: 1, sourceUs, serverUs: sourceUs, status: 0, value: NaN, content: { format: "f32", bytes: new Uint8Array(1 + (round % 3000)).fill(round) } };
  buffer.append([], [...rows, waveform, ...rows.slice(0, 2)]);
  await new Promise((resolve) => setImmediate(resolve));
}
