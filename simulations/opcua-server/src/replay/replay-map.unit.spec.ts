import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { readMap } from "./replay-map.js";

const root = join(import.meta.dirname, "../../../..");
const json = (file: string): unknown => JSON.parse(readFileSync(join(root, file), "utf8"));
const schema = new Ajv2020({ allErrors: true, strict: false }).compile(json("docs/schemas/replay-map.schema.json") as object);

const map = {
  format: "digitaltwin.replay-map/1",
  name: "Pump rig",
  namespaceUri: "urn:rig",
  time: { column: "time", format: "iso" },
  signals: [
    { node: "Rig.Pressure", column: "pressure", unit: { symbol: "bar", code: "BAR" }, range: [0, 10], description: "behind the pump" },
    { node: "Rig.Profile", window: { from: 3, to: 62, every: 0.01 } },
    { node: "Rig.Program", column: 2, type: "String" },
  ],
};

function faultsOf(value: unknown): readonly string[] {
  const reading = readMap(typeof value === "string" ? value : JSON.stringify(value));
  return reading.kind === "faults" ? reading.faults : [];
}

test("a map says how the file is cut, where the time stands and what each signal is", () => {
  const reading = readMap(JSON.stringify({ ...map, file: { separator: ";", decimal: ",", missing: ["", "---"] } }));
  expect(reading).toMatchObject({
    kind: "map",
    map: {
      file: { separator: ";", decimal: ",", header: true, skipLines: 0, encoding: "utf-8", missing: new Set(["", "---"]) },
      time: { kind: "column", columns: ["time"], start: "recorded" },
      signals: [{ node: "Rig.Pressure", type: "Double", cells: { kind: "column", column: "pressure" } }, { cells: { kind: "window", from: 3, to: 62, everyMicros: 10_000 } }, { type: "String" }],
    },
  });
});

test("rows without a time come at a constant interval, from now unless another start is given", () => {
  expect(readMap(JSON.stringify({ ...map, time: { every: 0.25 } }))).toMatchObject({ map: { time: { kind: "interval", everyMicros: 250_000, start: "now" } } });
  expect(readMap(JSON.stringify({ ...map, time: { every: 60, start: "2026-03-02T06:00:00Z" } }))).toMatchObject({ map: { time: { start: Date.UTC(2026, 2, 2, 6) * 1000 } } });
});

test("every fault of a map is told at once, each with its place", () =>
  expect(faultsOf({
    format: "digitaltwin.replay-map/2",
    name: "",
    namespaceUri: "urn:rig",
    colour: "red",
    file: { separator: ",", decimal: ",", header: "yes", skipLines: -1 },
    time: { column: "time", every: 1, format: "HH:mm", zone: "Europe/Leipzig", start: "yesterday" },
    signals: [
      { node: "Rig.Pressure", column: "a", unit: { symbol: "bar", code: "bar" }, range: [10, 0] },
      { node: "Rig.Pressure", column: "b", type: "Float" },
      { node: "Clock.Speed", window: { from: 5, to: 4, every: 0 }, column: 1 },
      { node: "Rig..Flow" },
    ],
  })).toEqual([
    expect.stringMatching(/^\$\.format: has to be one of "digitaltwin.replay-map\/1", is "digitaltwin.replay-map\/2"/),
    expect.stringMatching(/^\$\.file\.header: has to be true or false, is "yes"/),
    expect.stringMatching(/^\$\.file\.skipLines: has to be a whole number from 0, is -1/),
    expect.stringMatching(/^\$\.file\.decimal: is "," as the separator is/),
    expect.stringMatching(/^\$\.name: has to be a text that is not empty, is ""/),
    expect.stringMatching(/^\$\.time\.start: "yesterday" is neither/),
    expect.stringMatching(/^\$\.time\.column: has to name the column that holds the time; without one, write "every"/),
    expect.stringMatching(/^\$\.time\.zone: "Europe\/Leipzig" is no time zone/),
    expect.stringMatching(/^\$\.signals\[0\]\.unit\.code: "bar" is not a UNECE/),
    expect.stringMatching(/^\$\.signals\[0\]\.range: has to be two numbers, the lower one first/),
    expect.stringMatching(/^\$\.signals\[1\]\.type: has to be one of "Double", "Int32", "UInt32", "String", "Boolean", is "Float"/),
    expect.stringMatching(/^\$\.signals\[2\]\.node: "Clock.Speed" is the plant's own clock/),
    expect.stringMatching(/^\$\.signals\[2\]\.column: has to name a column; for values side by side/),
    expect.stringMatching(/^\$\.signals\[3\]\.column: has to name a column/),
    expect.stringMatching(/^\$\.colour: is not known here; known are \$schema, format,/),
    expect.stringMatching(/^\$\.signals\[1\]\.node: "Rig.Pressure" is the node of \$\.signals\[0\] too/),
    expect.stringMatching(/^\$\.signals: the identifier "Rig\.\.Flow" has an empty part/),
  ]));

test.each([
  ["no JSON", "{", /^\$: is not JSON/],
  ["no object", "[]", /^\$: has to be an object, is \[\]/],
  ["no format", { ...map, format: undefined }, /^\$\.format: is missing/],
  ["no signal", { ...map, signals: [] }, /^\$\.signals: has to be a list with at least one object/],
  ["a name where there is no header", { ...map, file: { header: false } }, /^\$\.time\.column: "time" is a name, but the file has no header/],
  ["a format that is none", { ...map, time: { column: 0, format: "HH:mm" } }, /^\$\.time\.format: "HH:mm" is neither/],
  ["rows that nobody knows the time of", { ...map, time: { every: 1, start: "recorded" } }, /^\$\.time\.start: has to be "now" or a time/],
  ["a text with a range", { ...map, signals: [{ node: "A", column: 0, type: "String", range: [0, 1] }] }, /^\$\.signals\[0\]\.type: is String, which has neither/],
  ["a node that is a folder too", { ...map, signals: [{ node: "A", column: 0 }, { node: "A.B", column: 1 }] }, /^\$\.signals: the identifier "A" is a variable and the folder/],
])("a map is refused with its reason: %s", (_, value, why) => expect(faultsOf(value)[0]).toMatch(why));

// The reader judges; the published schema has to come to the same verdict wherever a schema can.
test("the published schema takes what the reader takes", () => {
  for (const good of [map, json("simulations/recordings/pump.map.json"), { ...map, time: { column: ["date", "time"], format: "yyyy-MM-dd HH:mm", zone: "Europe/Berlin", start: "now" } }]) {
    schema(good);
    expect([schema.errors ?? [], faultsOf(good)]).toEqual([[], []]);
  }
});

test.each([
  ["an unknown member", { ...map, colour: "red" }],
  ["an unknown member of a signal", { ...map, signals: [{ ...map.signals[0], colour: "red" }] }],
  ["a missing name", { ...map, name: undefined }],
  ["no signal", { ...map, signals: [] }],
  ["column and interval", { ...map, time: { column: "time", format: "iso", every: 1 } }],
  ["a signal without cells", { ...map, signals: [{ node: "A" }] }],
  ["a wrong type", { ...map, signals: [{ node: "A", column: 0, type: "Float" }] }],
  ["a unit code that is none", { ...map, signals: [{ node: "A", column: 0, unit: { symbol: "bar", code: "bar" } }] }],
])("schema and reader refuse %s", (_, wrong) => {
  expect(schema(JSON.parse(JSON.stringify(wrong)))).toBe(false);
  expect(faultsOf(wrong)).not.toEqual([]);
});
