import { expect, test } from "vitest";
import { GapTracker } from "./gap-tracker.js";
import type { Row } from "./row.js";

const row = (signal: number, sourceUs: number, overflow = false): Row => ({ signal, sourceUs, serverUs: 0, status: 0, value: 1, overflow });

test("after a restart each signal has a gap from its last stored value to its first new one", () => {
  const gaps = new GapTracker(new Map([[1, 1000], [2, 1500]]));
  expect(gaps.admit([row(1, 9000), row(2, 9500), row(1, 9600)])).toEqual([
    { signals: [1], fromUs: 1000, toUs: 9000, reason: "gateway-restart" },
    { signals: [2], fromUs: 1500, toUs: 9500, reason: "gateway-restart" },
  ]);
  expect(gaps.admit([row(1, 9700), row(2, 9700)])).toEqual([]);
});

test("signals that were away over the same time share one gap", () => {
  const gaps = new GapTracker(new Map([[1, 1000], [2, 1000]]));
  expect(gaps.admit([row(1, 9000), row(2, 9000)])).toEqual([{ signals: [1, 2], fromUs: 1000, toUs: 9000, reason: "gateway-restart" }]);
});

test("a lost server opens a gap for the signals it had delivered, and for no others", () => {
  const gaps = new GapTracker(new Map());
  gaps.admit([row(1, 1000)]);
  gaps.lost([1, 2]);
  expect(gaps.admit([row(1, 4000), row(2, 4000)])).toEqual([{ signals: [1], fromUs: 1000, toUs: 4000, reason: "server-lost" }]);
});

test("a server lost while the gateway still waits for its first value after a restart stays one gap", () => {
  const gaps = new GapTracker(new Map([[1, 1000]]));
  gaps.lost([1]);
  expect(gaps.admit([row(1, 4000)])).toEqual([{ signals: [1], fromUs: 1000, toUs: 4000, reason: "gateway-restart" }]);
});

test("a server that re-sends the value already stored left nothing out", () => {
  const gaps = new GapTracker(new Map([[1, 1000]]));
  expect(gaps.admit([row(1, 1000)])).toEqual([]);
  expect(gaps.admit([row(1, 2000)])).toEqual([]);
});

test("values that the server discarded from a full queue are a gap up to the value that says so", () => {
  const gaps = new GapTracker(new Map());
  expect(gaps.admit([row(1, 1000), row(1, 5000, true), row(1, 6000)])).toEqual([{ signals: [1], fromUs: 1000, toUs: 5000, reason: "queue-overflow" }]);
});

test("a plant lost behind its server is a gap up to its next value, not up to the server's mark on the old one", () => {
  const gaps = new GapTracker(new Map());
  const marked = (signal: number, sourceUs: number, status: number): Row => ({ ...row(signal, sourceUs), status });
  const [uncertain, bad] = [0x408f0000, 0x80310000];
  gaps.admit([row(1, 1000), row(2, 1000)]);
  expect(gaps.admit([marked(1, 1000, uncertain), marked(2, 3000, bad), marked(3, 3000, bad)])).toEqual([]);
  gaps.lost([1]);
  expect(gaps.admit([marked(1, 1000, uncertain)])).toEqual([]);
  expect(gaps.admit([row(1, 9000), row(2, 9000), row(3, 9000)])).toEqual([{ signals: [1, 2], fromUs: 1000, toUs: 9000, reason: "plant-lost" }]);
  expect(gaps.admit([row(1, 9500), row(2, 9500)])).toEqual([]);
});

test("a plant that comes back with the value it left has missed nothing", () => {
  const gaps = new GapTracker(new Map());
  gaps.admit([row(1, 1000)]);
  gaps.admit([{ ...row(1, 1000), status: 0x408f0000 }]);
  expect(gaps.admit([row(1, 1000), row(1, 2000)])).toEqual([]);
});
