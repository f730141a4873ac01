import { expect, test } from "vitest";
import { expiryOf, ExpiryStages } from "./expiry.js";

const until = new Date("2026-12-24T12:00:00Z");
const before = (days: number) => new Date(until.getTime() - days * 24 * 60 * 60 * 1000);

test.each([
  [31, undefined], [30, "ends on 2026-12-24, in 30 days"], [14.5, "ends on 2026-12-24, in 14 days"], [1, "ends on 2026-12-24, in 1 day"],
  [0.5, "ends on 2026-12-24, in less than a day"], [0, "has ended on 2026-12-24"], [-400, "has ended on 2026-12-24"],
])("%s days before its end a certificate says: %s", (days, text) => {
  expect(expiryOf(until, before(days))?.text).toBe(text);
});

test("each of 30, 14 and 3 days and the end itself is logged once, and a renewed certificate starts anew", () => {
  const stages = new ExpiryStages();
  const logged: number[] = [];
  for (let days = 40; days > -10; days -= 0.25) if (stages.reached(expiryOf(until, before(days)))) logged.push(days);
  expect(logged).toEqual([30, 14, 3, 0]);
  expect(stages.reached(undefined)).toBe(false);
  expect(stages.reached(expiryOf(until, before(20)))).toBe(true);
});
