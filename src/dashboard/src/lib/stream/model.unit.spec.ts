import { expect, it } from "vitest";
import { at, plant, plantTwins, robot, t0, twin, value } from "../../testing/shapes";
import type { TwinEvent } from "../api/types";
import { StreamModel } from "./model";

const event = (offset: number, data: TwinEvent["data"] = {}): TwinEvent => ({ offset, entity: robot, seq: offset, name: "unit.state-changed.v1", at: at(offset), recorded: t0, data });
const started = (now = 1000): StreamModel => {
  const model = new StreamModel();
  model.apply({ kind: "snapshot", data: { offset: 10, plant: plant().clock, items: plantTwins() } }, now);
  return model;
};
const robotNow = (state: string, seconds: number) => twin(robot, "machine", { state, stateSince: at(seconds), reported: {} });

it("A snapshot replaces everything that was known before it", () => {
  const model = started();
  model.apply({ kind: "delta", data: { offset: 11, event: event(11), twin: robotNow("Aborting", 5) } }, 1100);
  model.apply({ kind: "snapshot", data: { offset: 40, plant: plant().clock, items: [twin("leipzig", "plant")] } }, 2000);
  expect([...model.twins.keys()]).toEqual(["leipzig"]);
  expect(model.values.size).toBe(0);
  expect([model.tails.size, model.tailsFrom]).toEqual([0, 40]);
  expect(model.transitions.size).toBe(0);
  expect([model.offset, model.generation]).toEqual([40, 2]);
});

it("Each change of state is remembered, though the twin beside the event may already be further", () => {
  const model = started();
  ["Aborting", "Aborted", "Clearing"].forEach((state, i) =>
    model.apply({ kind: "delta", data: { offset: 11 + i, event: event(11 + i, { to: state }), twin: robotNow("Clearing", 13) } }, 1100));
  expect(model.twins.get(robot)?.state).toBe("Clearing");
  expect(model.transitions.get(robot)?.map((each) => each.state)).toEqual(["Aborting", "Aborted", "Clearing"]);
  expect(model.tails.get(robot)?.events.map((each) => each.offset)).toEqual([11, 12, 13]);
});

it("A tag frame brings value, quality and age and keeps the unit that the snapshot told", () => {
  const model = started(1000);
  model.apply({ kind: "tags", data: { ids: [`${robot}.vibration`], v: [5.5], t: [Date.parse(at(2))], q: ["uncertain"], age: [0.25] } }, 3000);
  expect(model.values.get(`${robot}.vibration`)).toEqual({ v: 5.5, t: Date.parse(at(2)), q: "uncertain", unit: "mm/s", bornAt: 2750, staleAfter: 1.5 });
});

it("A twin that a tag frame has overtaken does not bring the older value back", () => {
  const model = started();
  model.apply({ kind: "tags", data: { ids: [`${robot}.vibration`], v: [9], t: [Date.parse(at(9))], q: ["good"], age: [0] } }, 2000);
  model.apply({ kind: "delta", data: { offset: 11, event: event(11), twin: twin(robot, "machine", { reported: { vibration: value(4, { t: at(3) }) } }) } }, 2100);
  expect(model.values.get(`${robot}.vibration`)?.v).toBe(9);
});

const happened = (model: StreamModel, offset: number, entity: string) => model.apply({ kind: "delta", data: { offset, event: { ...event(offset), entity }, twin: null } }, 1100);

it("A busy neighbour does not push out the events of a quiet machine", () => {
  const model = started();
  happened(model, 11, robot);
  for (let offset = 12; offset < 2_000; offset++) happened(model, offset, "busy");
  expect(model.tails.get(robot)).toMatchObject({ events: [{ offset: 11 }], cut: 10 });
  const busy = model.tails.get("busy");
  expect([busy?.events.length, busy?.events[0]?.offset, busy?.cut]).toEqual([200, 1_800, 1_799]);
});

it("Of the vehicles that were silent longest no events are kept, and that is known", () => {
  const model = started();
  for (let n = 0; n < 501; n++) happened(model, 11 + n, `order-${n}`);
  expect([model.tails.size, model.tails.has("order-0"), model.tailsFrom]).toEqual([500, false, 11]);
});

it("Work orders are not kept: there is one for each vehicle that ever passed", () => {
  const model = started();
  model.apply({ kind: "delta", data: { offset: 11, event: event(11), twin: twin("leipzig.body.line1.order-B17", "workOrder") } }, 1100);
  expect(model.twins.has("leipzig.body.line1.order-B17")).toBe(false);
});

it("A page opened later is greeted with the values and ages of now", () => {
  const model = started(1000);
  model.apply({ kind: "heartbeat", data: { offset: 10, wall: t0, plantTime: at(60), speed: 20, freshness: plant().freshness } }, 2000);
  model.apply({ kind: "tags", data: { ids: [`${robot}.vibration`], v: [7], t: [Date.parse(at(60))], q: ["good"], age: [0] } }, 2000);
  const greeting = model.snapshot(3000);
  expect(greeting?.items.find((each) => each.id === robot)?.reported.vibration).toMatchObject({ v: 7, age: 1, unit: "mm/s" });
  expect(greeting?.plant).toMatchObject({ plantTime: at(80), speed: 20 });
});

it("What was read over HTTP is shown until the stream speaks, never after", () => {
  const model = new StreamModel();
  model.seed(plant(), 0, plantTwins(), 0);
  expect(model.twins.size).toBe(5);
  model.apply({ kind: "snapshot", data: { offset: 1, plant: plant().clock, items: [] } }, 1);
  model.seed(plant(), 2, plantTwins(), 2);
  expect(model.twins.size).toBe(0);
});
