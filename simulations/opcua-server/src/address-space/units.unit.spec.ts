import { expect, test } from "vitest";
import { engineeringUnits, unitId } from "./units.js";

// The values are those of the table that OPC UA Part 8 §5.6.3.4 publishes beside the rule.
test.each([
  ["C16", 4403510], // millimetre per second
  ["CEL", 4408652], // degree Celsius
  ["AMP", 4279632], // ampere
  ["KWH", 4937544], // kilowatt hour
  ["MMT", 5066068], // millimetre
  ["P1", 20529], // percent
  ["4H", 13384], // micrometre
])("the unit code %s has the unit id %d", (code, id) => expect(unitId(code)).toBe(id));

test.each(["", "C16X", "c16", "µ"])("%j is no unit code", (code) => expect(() => unitId(code)).toThrow("not a UNECE Recommendation 20 code"));

test("a unit says who defines it and how it is written", () =>
  expect(engineeringUnits({ symbol: "°C", code: "CEL" })).toMatchObject({ namespaceUri: "http://www.opcfoundation.org/UA/units/un/cefact", unitId: 4408652, displayName: { text: "°C" } }));
