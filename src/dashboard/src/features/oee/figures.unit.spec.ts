import { expect, it } from "vitest";
import { kpi } from "../../testing/shapes";
import { lossSteps, pareto, periodAt, reachOf, shiftParts, stopsOf } from "./figures";
import { commandLine } from "./says";
import { stop } from "../../testing/shapes";
import { waterfall } from "./waterfall";

const exact = kpi({ actualProductionSeconds: 154.5 * 60 - 0.001 });

it("Stops by category, time not observed, speed and scrap take the planned busy time down to the good items, to the millisecond", () => {
  expect(waterfall(lossSteps(exact))).toMatchObject({ planned: 185 * 60_000, losses: (20 + 6 + 4 + 0.5 + 21.5 + 3) * 60_000, gains: 0, result: 130 * 60_000, off: 0 });
  const faster = kpi({ actualProductionSeconds: 120 * 60, notObservedSeconds: 34.5 * 60 - 0.001 });
  expect(waterfall(lossSteps(faster))).toMatchObject({ gains: 13 * 60_000, off: 0 });
});

it("Sums of seconds that binary numbers cannot write are exact all the same", () => {
  const tenths = Array.from({ length: 10 }, (_, i) => ({ reason: `r${i}`, name: "", category: "unplanned" as const, seconds: 0.1, count: 1 }));
  const made = kpi({ plannedBusySeconds: 1.3, actualProductionSeconds: 0.3, notObservedSeconds: 0, plannedStopSeconds: 0, produced: 0, good: 0, scrap: 0, stops: tenths });
  expect(waterfall(lossSteps(made)).off).toBe(0);
});

it("A figure that does not fit the others is noticed", () => expect(waterfall(lossSteps(kpi({ notObservedSeconds: 7 }))).off).not.toBe(0));

it("Shift time less breaks and planned stops is the planned busy time", () => {
  expect(shiftParts(exact)).toEqual({ shift: 210 * 60_000, breaks: 15 * 60_000, planned: 10 * 60_000, busy: 185 * 60_000 });
});

it("Reasons stand by the time they took, and say how much those down to them are together", () => {
  expect(pareto(stopsOf(exact, "unplanned")).map((row) => [row.reason, row.share, row.cumulative])).toEqual([["tool-wear", 0.6, 0.6], ["safety", 0.4, 1]]);
  expect(pareto(stopsOf(exact, undefined)).at(-1)?.cumulative).toBe(1);
  expect(pareto([])).toEqual([]);
});

it("A moment finds the period that it is in, without one it is the newest", () => {
  const items = [kpi({ label: "late", from: "2026-01-04T13:00:00.000Z", to: "2026-01-04T21:00:00.000Z" }), kpi()];
  expect(periodAt(items, null)?.label).toBe("2026-01-05 early");
  expect(periodAt(items, Date.parse("2026-01-04T13:00:00.000Z"))?.label).toBe("late");
  expect(periodAt(items, Date.parse("2026-01-04T21:00:00.000Z"))).toBeUndefined();
});

it("The stretch that is asked for holds the moment looked at and does not move with every tick", () => {
  const now = Date.parse("2026-01-05T08:30:00.000Z");
  expect(reachOf("shift", null, now)).toEqual(reachOf("shift", null, now + 60_000));
  expect(reachOf("day", now - 86_400_000, now).to).toBeNull();
  const longAgo = reachOf("week", now - 400 * 86_400_000, now);
  expect(longAgo.from).toBeLessThan(now - 400 * 86_400_000);
  expect(longAgo.to).toBeGreaterThan(now - 400 * 86_400_000);
  for (const by of ["shift", "day", "week"] as const)   // more than 31 days the host refuses
    for (const moment of [null, now - 400 * 86_400_000]) {
      const { from, to } = reachOf(by, moment, now + 3_599_999);
      expect((to ?? now + 3_599_999) - from).toBeLessThan(31 * 86_400_000);
    }
});

it("The command line beside a dialog says what the dialog sends, in words that a shell keeps together", () => {
  expect(commandLine(stop(), { verb: "code", reason: "tool-wear", note: "gun's cap" }, "E. Meier")).toBe("twin stop code leipzig.body.line1.cell3@20260105T060000000Z tool-wear --note 'gun'\\''s cap' --by 'E. Meier'");
  expect(commandLine(stop(), { verb: "split", at: "2026-01-05T06:10:00.000Z" }, "")).toBe("twin stop split leipzig.body.line1.cell3@20260105T060000000Z --at 2026-01-05T06:10:00.000Z");
  expect(commandLine(stop(), { verb: "undo" }, "me")).toBe("twin stop undo leipzig.body.line1.cell3@20260105T060000000Z --by me");
});
