import { expect, test } from "vitest";
import { Repeats } from "./repeats.js";
import type { Row } from "./row.js";

const row: Row = { signal: 1, sourceUs: 1000, serverUs: 5, status: 0, value: 1 };

test("what a server sends again after a reconnect is there once, whatever the server's own time on it", () => {
  const repeats = new Repeats();
  const text: Row = { ...row, signal: 2, value: NaN, text: "V-1" };
  expect(repeats.without([row, text])).toEqual([row, text]);
  expect(repeats.without([{ ...row, serverUs: 9 }, { ...text, serverUs: 9 }])).toEqual([]);
});

test("another time, status or value is news, also back to what it was", () => {
  const repeats = new Repeats();
  const rows = [row, { ...row, status: 0x408f0000 }, row, { ...row, value: 2 }, { ...row, sourceUs: 2000 }, { ...row, sourceUs: 2000, text: "x" }];
  expect(repeats.without(rows)).toEqual(rows);
});
