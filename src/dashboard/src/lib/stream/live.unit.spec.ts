import { beforeEach, expect, it } from "vitest";
import { at, plant, plantTwins, robot, t0, twin, value } from "../../testing/shapes";
import { Live } from "./live";

let now = 0;
let live: Live;
const vibration = `${robot}.vibration`;
beforeEach(() => {
  now = 10_000;
  live = new Live(() => now, () => Date.parse(t0));
  live.take({ kind: "snapshot", data: { offset: 1, plant: plant().clock, items: plantTwins() } }, now);
  live.setConnection("open", now);
});

it("A value turns stale by itself within twice its period, though nothing arrives", () => {
  let told = 0;
  live.subscribeValue(vibration, () => told++);
  expect(live.value(vibration)).toMatchObject({ q: "good", age: 0.1 });
  now += 1_300; live.flush();
  expect(live.value(vibration).q).toBe("good");
  now += 250; live.flush();
  expect(live.value(vibration)).toMatchObject({ q: "stale", v: 4.21 });
  expect(now - 10_000).toBeLessThan(2_000);   // its period is 1 s
  expect(told).toBeGreaterThanOrEqual(2);
});

it("The state of a machine is not known from where it was last heard of until it is heard of again", () => {
  expect(live.view.getState().unknownStates.size).toBe(0);
  now += 1_600; live.flush();
  expect([...live.view.getState().unknownStates]).toEqual([[robot, Date.parse(t0)]]);
  live.take({ kind: "tags", data: { ids: [`${robot}.state`], v: [6], t: [Date.parse(t0) + 9_000], q: ["good"], age: [0] } }, now);
  live.flush();
  expect(live.view.getState().unknownStates.size).toBe(0);
});

it("A value with a longer period is stale later", () => {
  now += 3_000; live.flush();
  expect(live.value(`${robot}.speedOverride`).q).toBe("good");
  now += 5_000; live.flush();
  expect(live.value(`${robot}.speedOverride`).q).toBe("stale");
});

it("When the stream is lost every value is stale at once, and plant time stands still", () => {
  live.setConnection("lost", now);
  expect(live.value(vibration).q).toBe("stale");
  expect(live.view.getState().freshness).toEqual({ signals: 4, fresh: 0, stale: 4, bad: 0 });
  expect(live.view.getState().lostAt).toBe(10_000);
});

it("A page that learns late that the stream was lost says since when, and shows plant time as of then", () => {
  live.setConnection("lost", now - 3_000);
  expect(live.view.getState()).toMatchObject({ lostAt: 7_000, connectionSince: Date.parse(t0) - 3_000 });
});

const heartbeat = (plantTime: string) => live.take({ kind: "heartbeat", data: { offset: 1, wall: t0, plantTime, speed: 20, freshness: plant().freshness } }, now);
const shown = () => { live.flush(); return [new Date(live.plantNow() ?? 0).toISOString(), live.plantStands()]; };

it("Plant time is carried on for 6 s after the last heartbeat, and then stands", () => {
  now += 5_000; heartbeat(at(100));
  now += 6_000;
  expect(shown()).toEqual([at(220), false]);
  now += 60_000;
  expect(shown()).toEqual([at(220), true]);
});

it("A heartbeat that tells the same plant time again says that the plant's clock stands", () => {
  now += 5_000; heartbeat(at(100));
  now += 10; heartbeat(at(100));
  expect(shown()).toEqual([at(100.2), false]);   // told twice at once: that says nothing
  now += 5_000; heartbeat(at(100));
  now += 4_000;
  expect(shown()).toEqual([at(100), true]);
  now += 1_000; heartbeat(at(200));
  expect(shown()).toEqual([at(200), false]);
});

it("What was read over HTTP is as old as its reading, however often the page looks at it", () => {
  live = new Live(() => now, () => Date.parse(t0) + now);
  const fetched = Date.parse(t0) + now;
  live.seed(plant(), fetched, plantTwins(), fetched);
  expect(live.value(vibration).q).toBe("good");
  now += 2_000;
  live.seed(plant(), fetched + 2_000, plantTwins(), fetched);
  expect(live.value(vibration)).toMatchObject({ q: "stale", age: 2.1 });
});

it("The next snapshot brings everything back without a reload", () => {
  live.setConnection("lost", now);
  now += 60_000;
  live.take({ kind: "snapshot", data: { offset: 9, plant: plant().clock, items: plantTwins() } }, now);
  live.setConnection("open", now);
  expect(live.value(vibration)).toMatchObject({ q: "good", age: 0.1 });
  expect(live.view.getState()).toMatchObject({ generation: 2, lostAt: null, freshness: { fresh: 4 } });
});

it("Bad stays bad while it is fresh, and a value never received is stale", () => {
  live.take({ kind: "snapshot", data: { offset: 2, plant: plant().clock, items: [twin("m", "machine", { reported: { a: value(null, { q: "bad" }), b: value(null, { t: null, age: null }) } })] } }, now);
  live.flush();
  expect([live.value("m.a").q, live.value("m.b").q]).toEqual(["bad", "stale"]);
  expect(live.view.getState().health.get("m")).toEqual({ signals: 2, stale: 1, bad: 1 });
});

it("Looking twice without news gives the same object, so that nothing is drawn again", () => {
  const before = live.value(vibration);
  live.subscribeValue(vibration, () => { throw new Error("told without news"); });
  live.flush();
  expect(live.value(vibration)).toBe(before);
});
