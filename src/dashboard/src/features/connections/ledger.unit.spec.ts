import { expect, it } from "vitest";
import type { LedgerLine } from "../../lib/api/types";
import { account, byPlace } from "./ledger";

const line = (signal: string, more: Partial<LedgerLine> = {}): LedgerLine => ({ signal, from: null, to: null, expected: 100, sampled: 100, sent: 100, stored: 100, gaps: [], unexplained: 0, eased: null, ...more });
const gap = (reason: string, count: number) => ({ reason, count, from: "", to: "", says: "" });

it("Losses of the same reason are one sum, the largest first", () => {
  const lost = account("l", [line("l.a", { stored: 90, gaps: [gap("server-lost", 3), gap("buffer-full", 7)] }), line("l.b", { stored: 95, gaps: [gap("server-lost", 5)] })]).lost;
  expect(lost.map(({ reason, count }) => [reason, count])).toEqual([["server-lost", 8], ["buffer-full", 7]]);
});

it("A signal that has too much does not hide one that has too little", () => {
  expect(account("l", [line("l.a", { unexplained: 4 }), line("l.b", { unexplained: -4 })])).toMatchObject({ missing: 4, surplus: 4 });
});

it("Every signal is in one account; one of no known line is not left out, and a line's name that another begins with is not that line", () => {
  const accounts = byPlace([line("p.a.line1.x"), line("p.a.line10.x"), line("p.old.x"), line("p.a.line1.y")], ["p.a.line1", "p.a.line10", "p.a.empty"]);
  expect(accounts.map(({ id, signals }) => [id, signals])).toEqual([["p.a.line1", 2], ["p.a.line10", 1], ["", 1]]);
});

it("A place where signals are sampled less on purpose says of how many, how far apart, and whether that lasts", () => {
  const eased = { times: 1, from: "2026-01-05T08:00:00.000Z", to: "2026-01-05T08:10:00.000Z", seconds: 600, samplingSeconds: 5 };
  expect(account("l", [line("l.a"), line("l.b")]).eased).toBeNull();
  expect(account("l", [line("l.a", { eased }), line("l.b"), line("l.c", { eased: { ...eased, samplingSeconds: 2 } })]).eased).toEqual({ signals: 2, samplingSeconds: 5, lasts: false });
  expect(account("l", [line("l.a", { eased }), line("l.b", { eased: { ...eased, to: null } })]).eased?.lasts).toBe(true);
});
