import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { TwinEvent } from "../../lib/api/types";
import { twin } from "../../testing/shapes";
import { describe, isIllegal, matches, merge } from "./eventRows";
import { workOrderId } from "./workOrder";

const event = (offset: number, data: TwinEvent["data"] = {}): TwinEvent => ({ offset, entity: "m", seq: offset, name: "unit.state-changed.v1", at: "", recorded: "", data });

it("Live events join the fetched ones, newest first, each once", () => {
  expect(merge([event(9), event(12), event(3)], [event(9), event(8)]).map((each) => each.offset)).toEqual([12, 9, 8]);
});

it("No two files differ by case only: some file systems hold just one of them", () => {
  const files = readdirSync(join(import.meta.dirname, "../.."), { recursive: true, encoding: "utf8" }).map((file) => file.toLowerCase().replace(/\.tsx?$/, ""));
  expect(files.filter((file, i) => files.indexOf(file) !== i)).toEqual([]);
});

it("An event is told as a change, then by what else it says", () => {
  expect(describe({ signal: "state", from: "Execute", to: "Aborting", legal: true, at: "2026" })).toBe("Execute → Aborting · signal state · legal true");
});

it("An event is found by name, data or offset", () => {
  const aborting = event(1234, { from: "Execute", to: "Aborting" });
  expect(["", "abort", "state-ch", "1234", "vibration"].map((filter) => matches(aborting, filter))).toEqual([true, true, true, true, false]);
});

it("What PackML or the route does not allow is told apart", () => {
  expect([isIllegal(event(1, { legal: false })), isIllegal(event(1, { inOrder: false })), isIllegal(event(1, { legal: true }))]).toEqual([true, true, false]);
});

it("The work order of a vehicle is named as the host names it", () => {
  const path = [twin("p", "plant"), twin("p.a.l", "line"), twin("p.a.l.c", "station")];
  expect(workOrderId(path, "WBA 1.7")).toBe("p.a.l.order-WBA%201%2E7");
  expect(workOrderId([twin("p", "plant")], "x")).toBeNull();
});
