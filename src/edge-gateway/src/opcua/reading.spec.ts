import { DataType, DataValue, StatusCode, StatusCodes, Variant, VariantArrayType, resolveNodeId } from "node-opcua";
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

test.each([
  ["DateTime", DataType.DateTime, source, "2026-11-22T06:00:00.123Z"], ["Guid", DataType.Guid, "72962B91-FA75-4AE6-8D28-B404DC7DAF63", "72962B91-FA75-4AE6-8D28-B404DC7DAF63"],
  ["ByteString in base64", DataType.ByteString, Buffer.from([1, 2, 255]), "AQL/"], ["XmlElement", DataType.XmlElement, "<a/>", "<a/>"], ["StatusCode", DataType.StatusCode, StatusCodes.BadTimeout, "BadTimeout"],
  ["NodeId", DataType.NodeId, resolveNodeId("ns=1;s=Axis"), "ns=1;s=Axis"], ["QualifiedName", DataType.QualifiedName, { namespaceIndex: 1, name: "Axis" }, "1:Axis"], ["LocalizedText", DataType.LocalizedText, { text: "Tür", locale: "de" }, "Tür"],
  ["Int64", DataType.Int64, [-1, 4294967295], "-1"], ["UInt64", DataType.UInt64, [4294967295, 4294967295], "18446744073709551615"],
] as const)("%s becomes a text", (_, dataType, value, expected) => {
  expect(toRow(1, "text", data(dataType, value), now)).toMatchObject({ status: 0, text: expected });
});

test("a 64-bit counter that a double cannot hold is a number that says it is not exact, and as a text has every digit", () => {
  const exact = data(DataType.UInt64, [0x1fffff, 0xffffffff]);
  const beyond = data(DataType.UInt64, [0x200000, 1]);
  expect(toRow(1, "number", exact, now)).toMatchObject({ status: 0, value: 9007199254740991 });
  expect(toRow(1, "number", beyond, now)).toMatchObject({ status: 0x40940000, value: 9007199254740992 });
  expect(toRow(1, "text", beyond, now)).toMatchObject({ status: 0, text: "9007199254740993" });
  expect(toRow(1, "number", data(DataType.Double, 1e300), now).status).toBe(0);
});

const array = (dataType: DataType, value: unknown) => data(dataType, value, { arrayType: VariantArrayType.Array });

test("one element of an array is a signal of its own, and nothing but one element will do", () => {
  expect(toRow(1, "number", array(DataType.Float, new Float32Array([0.5])), now, true)).toMatchObject({ status: 0, value: 0.5 });
  expect(toRow(1, "text", array(DataType.String, ["VIN 1"]), now, true)).toMatchObject({ status: 0, text: "VIN 1" });
  expect(toRow(1, "number", array(DataType.Float, new Float32Array([0.5, 1])), now, true)).toMatchObject({ status: 0x80740000, value: NaN });
  expect(toRow(1, "number", data(DataType.Double, 3), now, true)).toMatchObject({ status: 0x80740000, value: NaN });
});

test("a whole array or matrix is a text in JSON, in which 64-bit integers keep their digits and NaN stays NaN", () => {
  const matrix = new DataValue({ value: new Variant({ dataType: DataType.Int32, arrayType: VariantArrayType.Matrix, dimensions: [2, 3], value: new Int32Array([1, 2, 3, 4, 5, 6]) }), statusCode: StatusCodes.Good });
  expect(toRow(1, "text", array(DataType.String, ["a", 'b"']), now).text).toBe('["a","b\\""]');
  expect(toRow(1, "text", array(DataType.Double, new Float64Array([1.5, NaN])), now).text).toBe('[1.5,"NaN"]');
  expect(toRow(1, "text", array(DataType.Int64, [[-1, 4294967294], [0x7fffffff, 4294967295]]), now).text).toBe("[-2,9223372036854775807]");
  expect(toRow(1, "text", array(DataType.Boolean, [true, false]), now).text).toBe("[true,false]");
  expect(toRow(1, "text", matrix, now).text).toBe("[[1,2,3],[4,5,6]]");
});

test("a text that the core would refuse is bad here, not lost there", () => {
  expect(toRow(1, "text", data(DataType.String, "x".repeat(4096)), now)).toMatchObject({ status: 0 });
  expect(toRow(1, "text", data(DataType.String, "x".repeat(4097)), now)).toEqual({ signal: 1, sourceUs: source.getTime() * 1000 + 456, serverUs: server.getTime() * 1000, status: 0x80080000, value: NaN });
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
