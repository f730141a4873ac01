import { expect, test } from "vitest";
import { decodeFrame, encodeFrame } from "../link/frames.js";
import { randomFrom } from "../testing/random.js";
import { pack, unpack } from "./columns.js";
import type { Row } from "./row.js";

/** Through the encoder and back, as the core would read it. */
function overTheWire(rows: readonly Row[], firstSequence: number): { firstSequence: number; rows: Row[] } {
  const { samples } = decodeFrame(encodeFrame({ samples: pack(rows, 0, rows.length, firstSequence) }));
  if (samples === undefined) throw new Error("no samples");
  return { firstSequence: samples.firstSequence, rows: unpack(samples) };
}

test("numbers, texts, empty texts, bad values and microseconds arrive as they were", () => {
  const now = 1_795_362_900_123_456;
  const rows: Row[] = [
    { signal: 1, sourceUs: now, serverUs: now + 7, status: 0, value: 1.5 },
    { signal: 2, sourceUs: now - 3_600_000_001, serverUs: now + 8, status: 0, value: NaN, text: "WVWZZZ1" },
    { signal: 2, sourceUs: now + 1, serverUs: now + 8, status: 0, value: NaN, text: "" },
    { signal: 3, sourceUs: now + 2, serverUs: now + 9, status: 0x80350000, value: NaN },
    { signal: 70000, sourceUs: now + 3, serverUs: now + 9, status: 0x408f0000, value: -0.25 },
  ];
  expect(overTheWire(rows, 9_007_199_254_000_000)).toEqual({ firstSequence: 9_007_199_254_000_000, rows });
});

test("whatever the equipment sends, the core reads the same rows", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  for (let round = 0; round < 200; round++) {
    const rows = Array.from({ length: 1 + Math.floor(random() * 50) }, (): Row => {
      const sourceUs = Math.floor(random() * 4e15) - 1e15;
      const kind = random();
      const common = { signal: 1 + Math.floor(random() * 1e6), sourceUs, serverUs: Math.floor(random() * 4e15), status: random() < 0.2 ? Math.floor(random() * 2 ** 32) : 0 };
      return kind < 0.2 ? { ...common, value: NaN, text: String.fromCodePoint(0x20 + Math.floor(random() * 0x2000)) } : { ...common, value: kind < 0.3 ? NaN : (random() - 0.5) * 10 ** (random() * 600 - 300) };
    });
    const firstSequence = 1 + Math.floor(random() * 2 ** 52);
    expect(overTheWire(rows, firstSequence), `seed ${seed}, round ${round}`).toEqual({ firstSequence, rows });
  }
});

test("a 64-bit number that a double cannot hold is refused, not rounded", () => {
  const bytes = encodeFrame({ ack: { sequence: 1 } });
  const huge = Uint8Array.from([...bytes.subarray(0, 1), 10, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]);
  expect(() => decodeFrame(huge)).toThrow(/beyond the exact integers/);
});
