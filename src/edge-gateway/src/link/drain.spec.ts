import { expect, test } from "vitest";
import { randomFrom } from "../testing/random.js";
import { Drain } from "./drain.js";

const floor = 20_000;
const largestRecord = 500;

interface Step { readonly atMs: number; readonly came: number; readonly sent: number; readonly backlog: number }

/** A gateway that sends whole records as long as it may and has something; at times the core gives no credit. */
function drained(random: () => number, steps: number, credit: () => boolean): Step[] {
  let [atMs, next, backlog] = [0, 1, Math.floor(random() * 300_000)];
  const drain = new Drain(floor, atMs, next);
  const busy = random() * 2000;
  return Array.from({ length: steps }, (): Step => {
    const pauseMs = random() < 0.05 ? random() * 3000 : random() * 40;
    const came = Math.floor(random() * busy);
    atMs += pauseMs;
    next += came;
    backlog += came;
    const has = credit();
    if (!has) drain.rest(atMs, next);
    let sent = 0;
    while (has && sent < backlog && drain.allows(atMs, next)) {
      const rows = Math.min(1 + Math.floor(random() * largestRecord), backlog - sent);
      drain.sent(rows);
      sent += rows;
    }
    backlog -= sent;
    if (backlog === 0) drain.rest(atMs, next);
    return { atMs, came, sent, backlog };
  });
}

test("over no stretch of time is more sent than twice what came and the floor together, but for the last record", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  for (let round = 0; round < 60; round++) {
    const steps = drained(random, 150, () => random() < 0.9);
    let most = -Infinity;
    for (let from = 0; from < steps.length; from++) {
      let [came, sent] = [0, 0];
      const began = from === 0 ? 0 : (steps[from - 1] as Step).atMs;
      for (const step of steps.slice(from)) {
        came += step.came;
        sent += step.sent;
        most = Math.max(most, sent - 2 * came - ((step.atMs - began) / 1000) * floor);
      }
    }
    expect(most, `seed ${seed}, round ${round}`).toBeLessThanOrEqual(largestRecord);
  }
});

test("while there is credit a backlog shrinks by as much as comes in, or is gone", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  for (let round = 0; round < 200; round++) {
    const steps = drained(random, 100, () => true);
    let [came, sent] = [0, 0];
    for (const step of steps) {
      came += step.came;
      sent += step.sent;
      // Not in each step, since a whole record may have gone before its time: over all up to here. What comes once it is gone starts anew.
      if (step.backlog === 0) [came, sent] = [0, largestRecord];   // one record may still be owed
      if (step.backlog > 0) expect(sent, `seed ${seed}, round ${round}`).toBeGreaterThanOrEqual(2 * came);
    }
  }
});

test("a small plant's backlog goes at the floor: ten minutes of a hundred rows a second in three seconds", () => {
  const drain = new Drain(floor, 0, 60_001);
  let [sent, atMs] = [0, 0];
  for (; sent < 60_000; atMs += 20) {
    while (sent < 60_000 && drain.allows(atMs, 60_001 + atMs / 10)) {
      drain.sent(3);
      sent += 3;
    }
  }
  expect(atMs).toBeGreaterThanOrEqual(2900);
  expect(atMs).toBeLessThanOrEqual(3100);
});

test("a timer that fires a minute late brings a tenth of a second of the floor, not a minute", () => {
  const drain = new Drain(floor, 0, 1);
  let sent = 0;
  for (; drain.allows(60_000, 1); sent += 100) drain.sent(100);
  expect(sent).toBe(floor / 10);
});

test("hours without a backlog save nothing up for the next one", () => {
  const drain = new Drain(floor, 0, 1);
  drain.rest(3_600_000, 1_000_000_000);
  expect(drain.allows(3_600_000, 1_000_000_000)).toBe(false);
  expect(drain.allows(3_600_010, 1_000_000_000)).toBe(true);
  drain.sent(200);
  expect(drain.allows(3_600_010, 1_000_000_000)).toBe(false);
});
