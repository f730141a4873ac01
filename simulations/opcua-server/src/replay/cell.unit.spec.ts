import { StatusCodes } from "node-opcua";
import { expect, test } from "vitest";
import { badNoData, badTypeMismatch, cellReader } from "./cell.js";
import type { RecordedType } from "./replay-map.js";

const point = { decimal: ".", missing: new Set(["", "nan", "---"]) } as const;
const comma = { ...point, decimal: "," } as const;

test("the statuses are those of OPC UA", () => expect([StatusCodes.BadNoData.value, StatusCodes.BadTypeMismatch.value]).toEqual([badNoData, badTypeMismatch]));

test.each<[RecordedType, string, unknown]>([
  ["Double", " -1.5e3 ", -1500], ["Double", ".5", 0.5], ["Double", "3.", 3], ["Int32", "-6", -6], ["Int32", "6.0", 6], ["UInt32", "4294967295", 4_294_967_295],
  ["String", " V-000001 ", "V-000001"], ["Boolean", "TRUE", true], ["Boolean", "0", false], ["Boolean", "1.0", true],
])("a %s cell '%s' is %j", (type, text, value) => expect(cellReader(type, point)(text)).toEqual([value]));

test("with a decimal comma a comma is one", () => {
  expect(cellReader("Double", comma)("1,25")).toEqual([1.25]);
  expect(cellReader("Double", comma)("1.25")).toEqual([null, badTypeMismatch]);
});

test.each<RecordedType>(["Double", "Int32", "UInt32", "String", "Boolean"])("an empty cell, NaN or what the map names as missing is a %s that is Bad", (type) => {
  for (const text of ["", "  ", "NaN", "nan", "---"]) expect(cellReader(type, point)(text)).toEqual([null, badNoData]);
});

test.each<[RecordedType, string]>([
  ["Double", "12 bar"], ["Double", "1,5"], ["Double", "1e999"], ["Double", "Infinity"], ["Double", "0x10"], ["Int32", "1.5"], ["Int32", "2147483648"], ["UInt32", "-1"], ["Boolean", "2"], ["Boolean", "on"],
])("a %s cell '%s' is Bad, never a number that somebody guessed", (type, text) => expect(cellReader(type, point)(text)).toEqual([null, badTypeMismatch]));
