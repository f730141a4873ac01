import { expect, test } from "vitest";
import { Pace } from "./standing.js";

test("a backlog that shrinks by a thousand rows a second will be gone in as many seconds as it has thousands", () => {
  const pace = new Pace();
  expect(pace.look(0, 60_000, 40_000)).toEqual({ behindSeconds: 60, levelInSeconds: 0 });
  expect(pace.look(1000, 59_000, 39_000)).toEqual({ behindSeconds: 59, levelInSeconds: 39 });
  expect(pace.look(2000, 58_000, 38_000)).toEqual({ behindSeconds: 58, levelInSeconds: 38 });
});

test("nobody says when a backlog will be gone that does not shrink", () => {
  const pace = new Pace();
  pace.look(0, 3000, 500);
  expect(pace.look(1000, 4000, 600)).toEqual({ behindSeconds: 4, levelInSeconds: 0 });
});

test("the pace is that of the last seconds", () => {
  const pace = new Pace();
  for (let second = 0; second < 60; second++) pace.look(second * 1000, 60_000, 100_000);
  let standing = pace.look(60_000, 60_000, 100_000);
  for (let second = 1; second <= 10; second++) standing = pace.look(60_000 + second * 1000, 60_000, 100_000 - second * 1000);
  expect(standing.levelInSeconds).toBeCloseTo(90, 6);
});
