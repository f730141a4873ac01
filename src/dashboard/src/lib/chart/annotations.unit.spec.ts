import type { TFunction } from "i18next";
import { expect, it } from "vitest";
import { at, stop, t0 } from "../../testing/shapes";
import { type Annotation, groups, ofEvents, ofStops, within } from "./annotations";

const t = ((key: string, options?: object) => `${key}${options === undefined ? "" : ` ${JSON.stringify(options)}`}`) as unknown as TFunction;
const event = (offset: number, name: string, data: Readonly<Record<string, unknown>>) => ({ offset, entity: "robot", seq: offset, name, at: at(offset), recorded: t0, data });
const mark = (key: string, seconds: number, kind: Annotation["kind"] = "note"): Annotation => ({ key, kind, at: seconds, place: "robot", text: key, by: null, note: null });

it("Faults, setpoints and gaps are marked; the cycle of a machine is not", () => {
  const marks = ofEvents([
    event(1, "unit.fault-raised.v1", { signal: "fault", code: 4711 }), event(2, "unit.state-changed.v1", { from: "Idle", to: "Execute" }), event(3, "unit.desired-changed.v1", { name: "speedOverride", value: 95, by: "Meier" }),
    event(4, "unit.counted.v1", { value: 7 }), event(5, "unit.gap-observed.v1", { from: at(1), to: at(5) }), event(6, "unit.of-tomorrow.v1", {}),
  ], t);
  expect(marks.map(({ kind, by }) => [kind, by])).toEqual([["alarm", null], ["setpoint", "Meier"], ["gap", null]]);
  expect(marks[0]?.text).toContain("4711");
});

it("A stop that somebody coded is marked with the reason and who; one that a rule explains is not", () => {
  expect(ofStops([stop({ fault: 0 }), stop({ id: "b", fault: 0, reason: "own", reasonName: "Own", by: "Meier", note: "cap 4" })], t).map(({ text, by }) => [text, by])).toEqual([["Own – cap 4", "Meier"]]);
  expect(ofStops([stop()], t).map(({ kind }) => kind)).toEqual(["alarm"]);
});

it("Marks of one kind that would cover each other are one with their number, and none is lost", () => {
  const marks = [mark("a", 10), mark("b", 11), mark("c", 500), mark("alarm", 10, "alarm"), mark("outside", 2000)];
  const found = groups(marks, 0, 1000, 20);
  expect(found.map((each) => [each.kind, each.at, each.marks.length])).toEqual([["alarm", 10, 1], ["note", 10, 2], ["note", 500, 1]]);
  expect(found.flatMap((each) => each.marks)).toHaveLength(within(marks, 0, 1000).length);
});
