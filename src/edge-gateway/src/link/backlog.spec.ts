import { expect, test } from "vitest";
import { randomFrom } from "../testing/random.js";
import { Backlog } from "./backlog.js";

test("what has not come yet has not waited", () => {
  const backlog = new Backlog();
  expect(backlog.waitedMs(1, 1000)).toBe(0);
  backlog.arrived(1000, 11);
  expect(backlog.waitedMs(10, 3500)).toBe(2500);
  expect(backlog.waitedMs(11, 3500)).toBe(0);
});

test("how long a row has waited is known to a tenth of a second, and never told too short", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const backlog = new Backlog();
  const came: number[] = [];
  let [now, acknowledged] = [0, 0];
  for (let step = 0; step < 3000; step++) {
    now += random() * 60;
    for (let rows = Math.floor(random() * 20); rows > 0; rows--) came.push(now);
    backlog.arrived(now, came.length + 1);
    if (random() < 0.1) backlog.acknowledged((acknowledged += Math.floor(random() * (came.length - acknowledged))));
    const sequence = acknowledged + 1 + Math.floor(random() * (came.length - acknowledged));
    const waited = sequence > came.length ? 0 : now - (came[sequence - 1] as number);
    const told = backlog.waitedMs(sequence, now);
    expect(told, `seed ${seed}, step ${step}`).toBeGreaterThanOrEqual(waited);
    expect(told, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(waited + 100);
  }
});

test("of an outage of a week it is still known, more coarsely", () => {
  const backlog = new Backlog();
  const second = 1000;
  const week = 7 * 24 * 3600;
  for (let at = 0; at < week; at++) backlog.arrived(at * second, at + 2);
  for (const sequence of [1, 1000, week / 2, week - 1]) {
    const waited = (week - (sequence - 1)) * second;
    expect(backlog.waitedMs(sequence, week * second)).toBeGreaterThanOrEqual(waited);
    expect(backlog.waitedMs(sequence, week * second)).toBeLessThan(waited + 3600 * second);
  }
  backlog.acknowledged(week + 1);
  expect(backlog.waitedMs(week, week * second)).toBe(0);
});
