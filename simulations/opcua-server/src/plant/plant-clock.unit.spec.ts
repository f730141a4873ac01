import { expect, test } from "vitest";
import { plantTimeAt, steadyTime } from "./plant-clock.js";

const reading = { plantMicros: 1_000_000_000, speed: 20, heardAt: 500 };

test("at 20× a second on the wall is twenty in the plant", () => expect(plantTimeAt(reading, 1500)).toBe(1_020_000_000));
test("a plant that has stopped speaking is not taken to run on", () => expect(plantTimeAt(reading, 60_500)).toBe(plantTimeAt(reading, 2500)));
test("plant time is never before what the plant said", () => expect(plantTimeAt(reading, 400)).toBe(1_000_000_000));
test("the time told waits for a plant that goes on from a little before, and follows one that was set up anew", () => {
  expect(steadyTime(1_000_000_000, 1_000_000_500, 20)).toBe(1_000_000_500);
  expect(steadyTime(1_000_000_000, 961_000_000, 20)).toBe(1_000_000_000);
  expect(steadyTime(1_000_000_000, 959_000_000, 20)).toBe(959_000_000);
});
