import { DataType, StatusCodes, Variant, VariantArrayType } from "node-opcua";
import { expect, test } from "vitest";
import { dataValue, statusOf, variant } from "./data-value.js";

test("microseconds that a Date cannot hold travel as picoseconds", () => {
  const value = dataValue(new Variant({ dataType: DataType.Double, value: 1 }), 1_800_000_000_123_457, StatusCodes.Good, new Date(5));
  expect(value.sourceTimestamp?.getTime()).toBe(1_800_000_000_123);
  expect(value.sourcePicoseconds).toBe(457_000_000);
  expect(value.serverTimestamp?.getTime()).toBe(5);
});

test.each([
  ["Double", 1.5, DataType.Double],
  ["Int32", -6, DataType.Int32],
  ["UInt32", 4_294_967_295, DataType.UInt32],
  ["String", "V-000001", DataType.String],
  ["Boolean", true, DataType.Boolean],
] as const)("a %s of the plant is one on the wire", (type, value, dataType) => expect(variant(type, value)).toMatchObject({ dataType, value }));

test("a DateTime of the plant counts microseconds", () => expect(variant("DateTime", 1_800_000_000_123_457)?.value).toEqual(new Date(1_800_000_000_123)));

test("waveforms and pictures come in base64: one is an array of Float, the other a ByteString", () => {
  const bytes = Buffer.from(new Float32Array([1, -2.5]).buffer).toString("base64");
  expect(variant("FloatArray", bytes)).toMatchObject({ dataType: DataType.Float, arrayType: VariantArrayType.Array, value: new Float32Array([1, -2.5]) });
  expect(variant("ByteString", "Qk0=")).toMatchObject({ dataType: DataType.ByteString, arrayType: VariantArrayType.Scalar, value: Buffer.from("BM") });
});

test.each([
  ["FloatArray", "Qk0="],
  ["FloatArray", 1],
  ["ByteString", 1],
  ["Double", "1.5"],
  ["Int32", 1.5],
  ["Int32", 2_147_483_648],
  ["UInt32", -1],
  ["String", 1],
  ["Boolean", 0],
  ["DateTime", "today"],
] as const)("%s is not what %j is", (type, value) => expect(variant(type, value)).toBeNull());

test("no status code is Good, and a bad one stays bad", () => {
  expect(statusOf(undefined)).toEqual(StatusCodes.Good);
  expect(statusOf(0x80000000).isBad()).toBe(true);
  expect(statusOf(0x803c0000)).toEqual(StatusCodes.BadOutOfRange);
});
