import { expect, test } from "vitest";
import { pack, unpack } from "../samples/columns.js";
import type { Row } from "../samples/row.js";
import { decodeFrame, encodeFrame } from "./frames.js";
import { NewestRows } from "./newest-rows.js";

const row = (signal: number, value: number): Row => ({ signal, sourceUs: value * 1000, serverUs: value * 1000 + 1, status: 0, value });
const told = (frames: ReturnType<NewestRows["take"]>) => frames.flatMap(({ rows }) => unpack(rows));

test("of each signal the newest row is told, once, with the time that it was held", () => {
  const newest = new NewestRows();
  newest.add([row(2, 1), row(1, 1), row(2, 2)], 100);
  newest.add([row(1, 3)], 350);
  const frames = newest.take(400);
  expect(told(frames)).toEqual([row(1, 3), row(2, 2)]);
  expect(frames[0]?.ageMs).toEqual([50, 300]);
  expect(newest.take(401)).toEqual([]);
  newest.add([row(2, 4)], 500);
  expect(told(newest.take(500))).toEqual([row(2, 4)]);
});

test("a core that was out of reach is told all of them anew", () => {
  const newest = new NewestRows();
  newest.add([row(1, 1), row(7, 1)], 0);
  newest.take(0);
  newest.startOver();
  expect(told(newest.take(0))).toEqual([row(1, 1), row(7, 1)]);
});

test("texts and bad values are told as they are, waveforms and images not at all", () => {
  const newest = new NewestRows();
  const text: Row = { ...row(1, 0), value: NaN, text: "V-1" };
  const bad: Row = { ...row(2, 0), value: NaN, status: 0x80310000 };
  newest.add([text, bad, { ...row(3, 0), content: { format: "png", bytes: new Uint8Array([1]) } }], 0);
  expect(told(newest.take(0))).toEqual([text, bad]);
});

test("many signals are told in frames that stay small, each of them once", () => {
  const newest = new NewestRows();
  const rows = Array.from({ length: 10_001 }, (_, index) => row(index + 1, index));
  newest.add(rows, 0);
  const frames = newest.take(0);
  expect(Math.max(...frames.map(({ ageMs }) => ageMs.length))).toBe(500);
  expect(told(frames)).toEqual(rows);
});

test("a value that has been the newest for fifty days and more is that old, and not of this morning", () => {
  const newest = new NewestRows();
  newest.add([row(1, 1)], 0);
  const age = newest.take(60 * 86_400_000)[0]?.ageMs[0] ?? 0;
  expect(age).toBe(0xffff_ffff);
  expect(decodeFrame(encodeFrame({ newest: { rows: pack([row(1, 1)], 0, 1, 0), ageMs: [age] } })).newest?.ageMs).toEqual([age]);
});
