import { expect, it } from "vitest";
import { type Span, at, carryOn, columns, endWhereKnown, ticks, totals } from "./spans";

const iso = (ms: number) => new Date(ms).toISOString();
const span = (state: string | null, from: number, to: number): Span => ({ state, from, to });

it("The last state known goes on until the stream tells of another, and that one until now", () => {
  const fetched = [{ state: "Execute", from: iso(0), to: iso(1000) }, { state: "Held", from: iso(1000), to: iso(1500) }];
  expect(carryOn(fetched, [{ state: "Held", at: 1000 }, { state: "Unholding", at: 3000 }, { state: "Execute", at: 4000 }], 9000)).toEqual([
    span("Execute", 0, 1000), span("Held", 1000, 3000), span("Unholding", 3000, 4000), span("Execute", 4000, 9000)]);
});

it("A state that is no longer heard of ends where it was last heard of; what follows is not known", () => {
  const spans = [span("Execute", 0, 1000), span("Held", 1000, 9000)];
  expect(endWhereKnown(spans, 4000)).toEqual([span("Execute", 0, 1000), span("Held", 1000, 4000), span(null, 4000, 9000)]);
  expect(endWhereKnown(spans, null)).toEqual([span("Execute", 0, 1000), span(null, 1000, 9000)]);
  expect(endWhereKnown(spans, undefined)).toEqual(spans);
});

it("Without history the timeline begins with the first change seen", () => {
  expect(carryOn([], [{ state: "Execute", at: 500 }], 1000)).toEqual([span("Execute", 500, 1000)]);
});

it("A column shows what lasted longest in it", () => {
  expect(columns([span("Execute", 0, 70), span("Suspended", 70, 100), span("Held", 100, 200)], 0, 200, 2))
    .toEqual([{ group: "producing", from: 0, to: 1 }, { group: "held", from: 1, to: 2 }]);
});

it("A breakdown of a second is seen in a whole shift", () => {
  const shift = 8 * 3_600_000;
  const runs = columns([span("Execute", 0, 1_000_000), span("Aborting", 1_000_000, 1_001_000), span("Execute", 1_001_000, shift)], 0, shift, 1200);
  expect(runs.map((run) => run.group)).toEqual(["producing", "aborted", "producing"]);
});

it("Runs of one look are one run, and where nothing is known nothing is drawn", () => {
  expect(columns([span("Idle", 50, 75), span("Starting", 75, 100)], 0, 100, 4)).toEqual([{ group: "idle", from: 2, to: 4 }]);
});

it("Totals of a window that is filled add up to the window", () => {
  const sums = totals([span("Execute", -50, 60), span(null, 60, 80), span("Aborted", 80, 500)], 0, 100);
  expect([...sums.values()].reduce((a, b) => a + b)).toBe(100);
  expect(sums.get("unknown")).toBe(20);
});

it("The state under the cursor is the one that began at or before it", () => {
  const spans = [span("Execute", 0, 10), span("Held", 10, 20)];
  expect([at(spans, 10)?.state, at(spans, 20)]).toEqual(["Held", undefined]);
});

it("Axis times are round and never more than asked for", () => {
  expect(ticks(30_000, 330_000, 6).map((t) => t / 1000)).toEqual([60, 120, 180, 240, 300]);
  expect(ticks(0, 8 * 3_600_000, 9).length).toBeLessThanOrEqual(9);
});
