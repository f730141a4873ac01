import { expect, test } from "vitest";
import { SilenceWatch } from "./silence-watch.js";

test("a server that is silent for two seconds is lost", () => {
  const watch = new SilenceWatch(2000, 250, 0);
  const looks = Array.from({ length: 9 }, (_, index) => watch.isLost((index + 1) * 250));
  expect(looks).toEqual([false, false, false, false, false, false, false, false, true]);
});

test("a server that is heard in time is not lost", () => {
  const watch = new SilenceWatch(2000, 250, 0);
  for (let now = 250; now < 60_000; now += 250) {
    if (now % 1500 === 0) watch.heard();
    expect(watch.isLost(now)).toBe(false);
  }
});

test("time in which the gateway itself was stopped is not held against the server", () => {
  const watch = new SilenceWatch(2000, 250, 0);
  expect(watch.isLost(20_000)).toBe(false);
});
