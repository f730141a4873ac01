import { expect, it } from "vitest";
import { kpi } from "../../testing/shapes";
import { baselineOf, signed, weekBefore } from "./baseline";

const shift = (from: string, to: string, more = {}) => kpi({ from, to, label: from.slice(0, 10), open: false, ...more });
const shown = shift("2026-01-12T05:00:00.000Z", "2026-01-12T13:00:00.000Z");
const before = shift("2026-01-11T21:00:00.000Z", "2026-01-12T05:00:00.000Z");
const longBefore = shift("2026-01-11T05:00:00.000Z", "2026-01-11T13:00:00.000Z");
const weekAgo = shift("2026-01-05T05:00:00.000Z", "2026-01-05T13:00:00.000Z");
const items = [longBefore, before, shown];

it("A shift is compared with the same one a week before, also over a change of the clocks", () => {
  expect(baselineOf(shown, items, null, [weekAgo])).toEqual({ kind: "period", kpi: weekAgo, why: "weekBefore" });
  const summer = shift("2026-03-30T04:00:00.000Z", "2026-03-30T12:00:00.000Z");   // 06:00 in Leipzig, as the one below
  const winter = shift("2026-03-23T05:00:00.000Z", "2026-03-23T13:00:00.000Z");
  expect(baselineOf(summer, [summer], null, [winter])).toMatchObject({ kpi: winter });
  expect(weekBefore(summer)).toBe(Date.parse("2026-03-23T08:00:00.000Z"));
});

it("Where there is none a week before it is the newest earlier one in which something was planned and seen", () => {
  expect(baselineOf(shown, items, null, [])).toEqual({ kind: "period", kpi: before, why: "before" });
  const closed = { ...before, plannedBusySeconds: 0 };
  const unseen = { ...weekAgo, notObservedSeconds: weekAgo.plannedBusySeconds };
  expect(baselineOf(shown, [longBefore, closed, shown], null, [unseen])).toEqual({ kind: "period", kpi: longBefore, why: "before" });
  expect(baselineOf(longBefore, items, null, [])).toEqual({ kind: "empty", label: null, chosen: false });
});

it("A baseline that was chosen is never replaced by another one, and one without figures is said to have none", () => {
  const closed = { ...weekAgo, plannedBusySeconds: 0 };
  expect(baselineOf(shown, items, Date.parse(weekAgo.from), [closed])).toEqual({ kind: "empty", label: "2026-01-05", chosen: true });
  expect(baselineOf(shown, items, Date.parse(longBefore.from), [longBefore])).toEqual({ kind: "period", kpi: longBefore, why: "chosen" });
  expect(baselineOf(shown, items, Date.parse(shown.from), [shown])).toMatchObject({ kind: "empty" });   // with itself
  expect(baselineOf(shown, items, "none", undefined)).toEqual({ kind: "none" });
  expect(baselineOf(shown, items, null, undefined)).toEqual({ kind: "waiting" });
});

it("A difference has its sign, and one that rounds to nothing has none", () => {
  const fixed = (value: number, digits: number) => value.toFixed(digits);
  expect([1.24, -0.35, 0.04, -0.04].map((value) => signed(value, 1, fixed))).toEqual(["+1.2", "−0.3", "±0.0", "±0.0"]);
});
