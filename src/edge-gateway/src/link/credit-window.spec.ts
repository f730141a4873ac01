import { expect, test } from "vitest";
import { randomFrom } from "../testing/random.js";
import { CreditWindow } from "./credit-window.js";

test("never more samples are in flight than the core has given credit for", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const window = new CreditWindow(1000);
  let inFlight = 0;
  for (let step = 0; step < 10_000; step++) {
    const samples = 1 + Math.floor(random() * 400);
    if (random() < 0.6) {
      if (window.take(samples)) inFlight += samples;
    } else {
      const back = Math.min(inFlight, samples);
      window.grant(back);
      inFlight -= back;
    }
    expect(inFlight, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(1000);
    expect(window.inFlight).toBe(inFlight);
    expect(window.available).toBe(1000 - inFlight);
  }
});

test("a frame larger than the credit left takes none of it", () => {
  const window = new CreditWindow(10);
  expect(window.take(11)).toBe(false);
  expect(window.take(10)).toBe(true);
  expect(window.take(1)).toBe(false);
});
