import { expect, test } from "vitest";
import { endpointsOf, parsePlantLine, writeLine, type PlantAnnouncement } from "./protocol.js";

const node = { ns: "urn:a", id: "Cell1.Power", dataType: "Double", writable: false };
const plantOf = (...changes: object[]): string => JSON.stringify({ type: "plant", name: "Leipzig", speed: 1, nodes: changes.map((change) => ({ ...node, ...change })) });
const plant = (change: object): string => plantOf(change);

test("an announced node may have no unit, no range and no description", () =>
  expect(parsePlantLine(plant({ unit: null, range: null, description: null }))).toMatchObject({ type: "plant", nodes: [{ id: "Cell1.Power" }] }));

test("the endpoints come in the order in which the nodes name them, or there is one without a name", () => {
  const endpoints = (text: string) => endpointsOf((parsePlantLine(text) as PlantAnnouncement).nodes);
  expect(endpoints(plantOf({ endpoint: "paint" }, { endpoint: "body" }, { endpoint: "paint" }))).toEqual(["paint", "body"]);
  expect(endpoints(plantOf({}, { endpoint: null }))).toEqual([null]);
});

test("a value without a status is passed on as it came", () =>
  expect(parsePlantLine('{"type":"values","v":[[0,1.5,1800000000000000],[1,null,1800000000000001,2147483648]]}')).toEqual({
    type: "values",
    v: [
      [0, 1.5, 1_800_000_000_000_000],
      [1, null, 1_800_000_000_000_001, 0x80000000],
    ],
  }));

test("a write names its request, so that its answer finds back", () => expect(writeLine(7, 3, 95)).toBe('{"type":"write","request":7,"node":3,"value":95}\n'));

test.each([
  ["not JSON", "hello", /JSON/],
  ["no object", "[]", /not a JSON object/],
  ["an unknown type", '{"type":"alarm"}', /unknown type "alarm"/],
  ["a node without identifier", plant({ id: "" }), /nodes\[0\] lacks ns or id/],
  ["an unknown data type", plant({ dataType: "Float" }), /Cell1\.Power.*unknown dataType "Float"/],
  ["an upside-down range", plant({ range: [5, 5] }), /low < high/],
  ["a unit without code", plant({ unit: { symbol: "kW" } }), /unit without symbol or code/],
  ["an endpoint that no option could name", plant({ endpoint: "body shop" }), /Cell1\.Power.*names the endpoint "body shop"/],
  ["a node without the endpoint that others have", plantOf({ endpoint: "body" }, { id: "Cell2.Power" }), /nodes\[1\] names no endpoint, but others do/],
  ["a value without time", '{"type":"values","v":[[0,1.5]]}', /values line/],
  ["a clock without speed", '{"type":"clock","plant":1,"wall":2}', /clock line/],
])("a line is refused with its reason: %s", (_, text, why) => expect(() => parsePlantLine(text)).toThrow(why));
