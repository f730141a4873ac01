import { expect, test } from "vitest";
import { PlantClock } from "./plant-clock.js";

test("between announcements the plant's time goes on at its speed, but not for long: the plant may have stopped", () => {
  const clock = new PlantClock(true);
  expect(clock.now(5_000_000, 0)).toBe(0);
  clock.setSpeed(20);
  clock.setTime(1_000_000_000, 100);
  expect(clock.now(0, 600)).toBe(1_000_000_000 + 500 * 20 * 1000);
  expect(clock.now(0, 60_000)).toBe(1_000_000_000 + 2000 * 20 * 1000);
});

test("a plant without clock nodes lives in wall time", () => {
  const clock = new PlantClock(false);
  expect(clock.now(5_000_000, 1)).toBe(5_000_000);
  expect(clock.speed).toBe(1);
});
