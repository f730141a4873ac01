import { DataType, DataValue, StatusCode, StatusCodes, Variant, VariantArrayType } from "node-opcua";
import { expect, test } from "vitest";
import { toRow } from "./reading.js";

const now = { plantUs: 111, wallUs: 222 };
const source = new Date("2026-11-22T06:00:00.123Z");
const server = new Date("2026-11-22T05:00:00.456Z");

function data(dataType: DataType, value: unknown, options: { statusCode?: StatusCode; arrayType?: VariantArrayType } = {}): DataValue {
  return new DataValue({
    value: new Variant({ dataType, value, arrayType: options.arrayType ?? VariantArrayType.Scalar }), statusCode: options.statusCode ?? StatusCodes.Good,
    sourceTimestamp: source, sourcePicoseconds: 456_700_000, serverTimestamp: server, serverPicoseconds: 0,
  });
}

test("source and server time keep their microseconds", () => {
  expect(toRow(7, "number", data(DataType.Double, 1.25), now)).toEqual({ signal: 7, sourceUs: source.getTime() * 1000 + 456, serverUs: server.getTime() * 1000, status: 0, value: 1.25 });
});

test("a value without times is stamped with the plant's time and wall time", () => {
  const bare = new DataValue({ value: new Variant({ dataType: DataType.Double, value: 2 }), statusCode: StatusCodes.Good });
  expect(toRow(7, "number", bare, now)).toMatchObject({ sourceUs: 111, serverUs: 222, value: 2 });
});

test.each([
  ["Boolean", DataType.Boolean, true, 1], ["Int32", DataType.Int32, -5, -5], ["Float", DataType.Float, 0.5, 0.5],
  ["Int64", DataType.Int64, [-1, 4294967295], -1], ["UInt64", DataType.UInt64, [1, 2], 4294967298], ["DateTime in ms", DataType.DateTime, source, source.getTime()],
] as const)("%s becomes a number", (_, dataType, value, expected) => {
  expect(toRow(1, "number", data(dataType, value), now).value).toBe(expected);
});

test("a text signal carries its text, also the empty one of a cell without a vehicle", () => {
  expect(toRow(1, "text", data(DataType.String, "WVW1"), now)).toMatchObject({ text: "WVW1", value: NaN });
  expect(toRow(1, "text", data(DataType.String, ""), now).text).toBe("");
});

test("bad stays bad, with the server's own status and no value", () => {
  const bad = new DataValue({ statusCode: StatusCodes.BadNoCommunication, sourceTimestamp: source, serverTimestamp: server });
  expect(toRow(1, "number", bad, now)).toMatchObject({ status: StatusCodes.BadNoCommunication.value, value: NaN });
});

test("an uncertain last value keeps value and status", () => {
  expect(toRow(1, "number", data(DataType.Double, 3, { statusCode: StatusCodes.UncertainNoCommunicationLastUsableValue }), now)).toMatchObject({ status: 0x408f0000, value: 3 });
});

test("NaN stays NaN and infinity stays infinity: the core judges them", () => {
  expect(toRow(1, "number", data(DataType.Double, NaN), now)).toMatchObject({ status: 0, value: NaN });
  expect(toRow(1, "number", data(DataType.Double, Infinity), now).value).toBe(Infinity);
});

test("a value of another type than the plant definition says is never passed off as good", () => {
  expect(toRow(1, "number", data(DataType.String, "12"), now)).toMatchObject({ status: 0x80740000, value: NaN });
  expect(toRow(1, "number", data(DataType.Double, new Float64Array([1, 2]), { arrayType: VariantArrayType.Array }), now)).toMatchObject({ status: 0x80740000, value: NaN });
});

test("the overflow bit is told, and is not part of the status", () => {
  const overflow = StatusCode.makeStatusCode(StatusCodes.Good, "Overflow | InfoTypeDataValue");
  expect(toRow(1, "number", data(DataType.Double, 1, { statusCode: overflow }), now)).toMatchObject({ status: 0, overflow: true, value: 1 });
});
