import { expect, test } from "vitest";
import { randomFrom } from "../testing/random.js";
import { PlantClock } from "./plant-clock.js";

const t0 = 1_000_000_000;

function clockAt(plantUs: number, monotonicMs: number, speed = 20): PlantClock {
  const clock = new PlantClock(true);
  clock.setSpeed(speed);
  clock.setTime(plantUs, monotonicMs);
  return clock;
}

test("a plant's time is not known before it has told both its time and its speed", () => {
  const clock = new PlantClock(true);
  expect(clock.now(5_000_000, 0)).toBe(0);
  clock.setTime(t0, 0);
  expect(clock.now(5_000_000, 100)).toBe(0);
  clock.setSpeed(20);
  expect(clock.now(5_000_000, 100)).toBe(t0 + 100 * 20 * 1000);
});

test("a plant that has said nothing for two seconds stands at the time it said last, at its last speed", () => {
  const clock = clockAt(t0, 0);
  expect(clock.stands(2000)).toBe(false);
  expect(clock.stands(2001)).toBe(true);
  expect(clock.now(0, 60_000)).toBe(t0);
  expect(clock.speed).toBe(20);
});

test("a plant whose server does not vouch for its time stands at once, until it tells it again", () => {
  const clock = clockAt(t0, 0);
  clock.stop();
  expect(clock.stands(50)).toBe(true);
  expect(clock.now(0, 50)).toBe(t0);
  clock.setTime(t0 + 1000, 60_000);
  expect(clock.stands(60_000)).toBe(false);
});

test("what was told is not taken back when announcements come late, stop, or go on from a little before", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const clock = clockAt(t0, 0);
  let told = 0;
  let plantUs = t0;
  for (let step = 1; step < 2000; step++) {
    const ms = step * 100;
    plantUs += 100 * 20 * 1000;
    if (random() < 0.02) plantUs -= 10_000_000;
    if (random() < 0.05) clock.stop();
    else if (random() < 0.8) clock.setTime(plantUs, ms - random() * 50);
    const now = clock.now(0, ms);
    expect(now, `seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(told);
    told = now;
  }
});

test("a plant that was set up anew begins at its own time", () => {
  const clock = clockAt(t0, 0);
  expect(clock.now(0, 0)).toBe(t0);
  clock.setTime(t0 / 2, 100);
  expect(clock.now(0, 100)).toBe(t0 / 2);
});

test("a plant without clock nodes lives in wall time", () => {
  const clock = new PlantClock(false);
  expect(clock.now(5_000_000, 1)).toBe(5_000_000);
  expect(clock.speed).toBe(1);
  expect(clock.stands(60_000)).toBe(false);
});
