import { expect, test } from "vitest";
import { signalClasses } from "../plant/definition.js";
import { randomFrom } from "../testing/random.js";
import { decide, notEased, samplingOf, usualEasing, type EasingLevel, type EasingRules, type EasingState, type Pressure } from "./easing.js";
import { Relief } from "./relief.js";
import { Starvation } from "./starvation.js";

const rules = usualEasing;
const calm: Pressure = { fill: 0.1, starved: false };
const lookMs = 1000;

/** Level after each look. */
function levels(pressures: readonly Pressure[], from: EasingState = notEased): EasingLevel[] {
  let state = from;
  return pressures.map((pressure) => (state = decide(state, pressure, lookMs, rules)).level);
}

const lasting = (pressure: Pressure, seconds: number) => Array.from({ length: seconds }, () => pressure);

/** Pressure that stays for a while and jumps, as a plant's does. */
function stretches(random: () => number, seconds: number): Pressure[] {
  const all: Pressure[] = [];
  while (all.length < seconds) all.push(...lasting({ fill: random(), starved: random() < 0.3 }, 1 + Math.floor(random() ** 3 * 90)));
  return all.slice(0, seconds);
}

function eachTrial(trial: (random: () => number, says: string) => void): void {
  const seed = Date.now() % 1_000_000;
  for (let run = 0; run < 200; run++) trial(randomFrom(seed + run), `seed ${seed + run}`);
}

test("a core that takes less than comes eases diagnostic signals first and telemetry only when that did not help", () => {
  const seen = levels(lasting({ fill: 0.1, starved: true }, 25));
  expect([seen[8], seen[9], seen[18], seen[19], seen[24]]).toEqual([0, 1, 1, 2, 2]);
});

test("a buffer that is half full eases diagnostic signals, and no more until it is three quarters full", () => {
  expect(levels(lasting({ fill: 0.6, starved: false }, 300)).at(-1)).toBe(1);
  expect(levels(lasting({ fill: 0.8, starved: false }, 300)).at(-1)).toBe(2);
});

test("what was eased is restored one class at a time, telemetry first", () => {
  const seen = levels(lasting(calm, 125), { level: 2, strainedMs: 0, calmMs: 0 });
  expect([seen[58], seen[59], seen[118], seen[119]]).toEqual([2, 1, 1, 0]);
});

test("a fill that swings about the threshold changes nothing", () => {
  const swing = Array.from({ length: 600 }, (_, second): Pressure => ({ fill: second % 2 === 0 ? 0.51 : 0.49, starved: false }));
  expect(new Set(levels(swing))).toEqual(new Set([0]));
  expect(new Set(levels(swing, { level: 1, strainedMs: 0, calmMs: 0 }))).toEqual(new Set([1]));
});

test("signals of class state are never eased, and of the others a step up never makes one faster", () => {
  for (const level of [0, 1, 2] as const) expect(samplingOf("state", level, rules)).toBe(0);
  expect(signalClasses.map((signalClass) => ([0, 1, 2] as const).map((level) => samplingOf(signalClass, level, rules)))).toEqual([[0, 0, 0], [0, 0, 2000], [0, 5000, 5000]]);
});

test("whatever the pressure does, no level is left sooner than the time for it has passed", () => {
  eachTrial((random, says) => {
    let [before, since] = [0, 0];
    levels(stretches(random, 1500)).forEach((level, second) => {
      if (level === before) return;
      expect(Math.abs(level - before), says).toBe(1);
      expect((second - since + (since === 0 ? 1 : 0)) * lookMs, `${says}, second ${second}`).toBeGreaterThanOrEqual(level > before ? rules.easeAfterMs : rules.restoreAfterMs);
      [before, since] = [level, second];
    });
  });
});

test("whatever came before, lasting calm brings everything back", () => {
  eachTrial((random, says) => expect(levels([...stretches(random, 500), ...lasting(calm, 2 * rules.restoreAfterMs / lookMs)]).at(-1), says).toBe(0));
});

test("more pressure never eases less", () => {
  eachTrial((random, says) => {
    const less = stretches(random, 1500);
    const extra = stretches(random, 1500);
    const more = less.map(({ fill, starved }, at): Pressure => ({ fill: Math.min(1, fill + (extra[at] as Pressure).fill / 4), starved: starved || (extra[at] as Pressure).starved }));
    const [low, high] = [levels(less), levels(more)];
    low.forEach((level, second) => expect(high[second], `${says}, second ${second}`).toBeGreaterThanOrEqual(level));
  });
});

test("a core that drains an old backlog keeps the gateway waiting and is no reason to ease; one that falls behind is", () => {
  const [draining, behind] = [new Starvation(), new Starvation()];
  for (let second = 0; second < 30; second++) {
    expect(draining.look(true, 90_000 - 1000 * second)).toBe(false);
    expect(behind.look(true, 1000 * second)).toBe(second > 1);
  }
});

test("a core that takes six of ten samples is seen though its credit comes in bursts, and nobody waits in between", () => {
  const relief = new Relief(rules, 0);
  let backlog = 0;
  for (let second = 1; second <= 40; second++) {
    backlog += 10_000 - (second % 5 === 0 ? 30_000 : 0);   // 30,000 of credit each five seconds
    relief.look({ fill: 0.1, waitedForCredit: second % 5 < 3, backlog }, 1000 * second, second);
  }
  expect(relief.level).toBe(2);
});

test("what piled up in a cut of the network and drains after it is no reason to ease", () => {
  const starvation = new Starvation();
  for (let second = 0; second < 60; second++) expect(starvation.look(undefined, 1000 * second)).toBe(false);
  for (let second = 0; second < 60; second++) expect(starvation.look(true, 60_000 - 1000 * second)).toBe(false);
});

test("an hour in which the gateway's process did not run is no hour of pressure, nor one of calm", () => {
  const quick: EasingRules = { ...rules, restoreAfterMs: 5000 };
  const relief = new Relief(quick, 0);
  const full = { fill: 0.8, waitedForCredit: false, backlog: 0 };
  expect([relief.look(full, 1000, 1), relief.look(full, 3_600_000, 2), relief.level]).toEqual([undefined, undefined, 0]);
  for (let second = 1; second < 20; second++) relief.look(full, 3_600_000 + 1000 * second, 3);
  expect([relief.level, relief.sinceUs, relief.why]).toEqual([2, 3, "its buffer is 80 % full, for 10 s"]);
  expect(relief.look({ ...full, fill: 0 }, 9_000_000, 4)).toBeUndefined();
  expect(relief.level).toBe(2);
});
