import { expect, it } from "vitest";
import { equipmentTree } from "../../lib/plant/tree";
import { twin } from "../../testing/shapes";
import { pace, vehiclesIn } from "./figures";

it("A body that two stations tell of while it is handed over is in work once", () => {
  const [area] = equipmentTree([
    twin("p", "area"), twin("p.line", "line", { currentVehicle: "B.1" }), twin("p.line.a", "station", { currentVehicle: "B.1" }),
    twin("p.line.b", "station", { currentVehicle: "B.1" }), twin("p.line.c", "station", { currentVehicle: "B.2" }), twin("p.line.d", "station"),
  ]);
  expect(area && vehiclesIn(area)).toBe(2);
});

it("The pace is items an hour of planned time, beside what the plan has", () => {
  const quantities = { produced: 55, good: 50, scrap: 5 };
  expect(pace({ quantities, times: { plannedBusyMs: 3_300_000, actualProductionMs: 3_000_000, plannedRunTimePerItemMs: 50_000 } })).toEqual({ produced: 60, planned: 72 });
  expect(pace({ quantities, times: { plannedBusyMs: 0, actualProductionMs: 0, plannedRunTimePerItemMs: 50_000 } })).toBeNull();
});
