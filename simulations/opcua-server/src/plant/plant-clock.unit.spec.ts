import { expect, test } from "vitest";
import { plantTimeAt } from "./plant-clock.js";

const reading = { plantMicros: 1_000_000_000, speed: 20, heardAt: 500 };

test("at 20× a second on the wall is twenty in the plant", () => expect(plantTimeAt(reading, 1500)).toBe(1_020_000_000));
test("a plant that has stopped speaking is not taken to run on", () => expect(plantTimeAt(reading, 60_500)).toBe(plantTimeAt(reading, 2500)));
test("plant time is never before what the plant said", () => expect(plantTimeAt(reading, 400)).toBe(1_000_000_000));
