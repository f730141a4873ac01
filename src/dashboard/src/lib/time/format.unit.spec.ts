import { expect, it } from "vitest";
import { age, duration, timeFormat } from "./format";
import { numberFormat } from "./number";

const summer = Date.parse("2026-07-01T22:30:05.250Z");

it("Times are those of the plant, whatever zone the browser is in", () => {
  expect(timeFormat("en-GB", "Europe/Berlin").clock(summer)).toBe("00:30:05");
  expect(timeFormat("en-GB", "America/New_York").minute(summer)).toBe("18:30");
  expect(timeFormat("de", "Europe/Berlin").dateTime(summer)).toBe("02.07.2026, 00:30:05,250");
});

it("German numbers have a decimal comma", () => {
  expect(numberFormat("de").value(7.987)).toBe("7,99");
  expect(numberFormat("en").percent(0.7623)).toBe("76.2\u00a0%");
  expect(numberFormat("en").percent(null)).toBe("–");
});

it("Durations and ages are short", () => {
  expect([duration(245_000), duration(3_723_000), duration(-5)]).toEqual(["4:05", "1:02:03", "0:00"]);
  expect([age(null), age(0.4), age(14.9), age(600), age(90_000)]).toEqual(["–", "< 1 s", "14 s", "10 min", "25 h"]);
});
