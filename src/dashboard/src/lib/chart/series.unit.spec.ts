import { expect, it } from "vitest";
import type { HistoryPoint, Quality } from "../api/types";
import { Series, drawn, gaps } from "./series";

const point = (t: number, v: number, q: Quality = "good"): HistoryPoint => ({ t, v, min: v - 1, max: v + 1, q });
const series = (points: HistoryPoint[]): Series => {
  const made = new Series();
  made.load({ id: "s", unit: null, raw: points.length, points });
  return made;
};

it("What came live while the history was on its way follows the history, once", () => {
  const live = new Series();
  live.push(300, 3, "good");
  live.push(400, 4, "good");
  live.load({ id: "s", unit: null, raw: 3, points: [point(100, 1), point(200, 2), point(300, 3)] });
  expect(live.t).toEqual([100, 200, 300, 400]);
});

it("A late or repeated value is not drawn twice", () => {
  const made = series([point(100, 1)]);
  made.push(100, 9, "good");
  made.push(50, 9, "good");
  expect(made.v).toEqual([1]);
});

it("A bad value leaves a gap in line and band, and the gap is marked", () => {
  const made = series([point(0, 1), point(100, 2, "bad"), point(200, 3)]);
  expect([made.v, made.min]).toEqual([[1, null, 3], [0, null, 2]]);
  expect(gaps(made, 1000, 210)).toEqual([{ from: 100, to: 200 }]);
});

it("A silence is a gap that the line does not bridge, also the one that lasts until now", () => {
  const made = series([point(0, 1), point(5000, 2)]);
  expect(drawn(made, 1000)[3]).toEqual([1, null, 2]);
  expect(gaps(made, 1000, 9000)).toEqual([{ from: 0, to: 9000 }]);
});

it("The window slides, and one point before it keeps the line going to its edge", () => {
  const made = series([point(0, 1), point(100, 2), point(200, 3)]);
  made.dropBefore(150);
  expect(made.t).toEqual([100, 200]);
});

it("However long it runs, it stays small and loses no extreme", () => {
  const made = new Series();
  for (let t = 1; t <= 20_000; t++) made.push(t, t === 77 ? 1e6 : t % 10, "good");
  expect(made.t.length).toBeLessThanOrEqual(4000);
  expect(Math.max(...made.max.map((each) => each ?? 0))).toBe(1e6);
  expect(made.t).toEqual([...made.t].sort((a, b) => a - b));
});
