import { DataType, DataValue, StatusCodes, Variant, VariantArrayType } from "node-opcua";
import { expect, test } from "vitest";
import type { SignalType } from "../plant/definition.js";
import type { Row } from "../samples/row.js";
import { toRow } from "./reading.js";

const badTypeMismatch = 0x80740000;
const badEncodingLimitsExceeded = 0x80080000;

function read(type: SignalType, dataType: DataType, value: unknown, arrayType = VariantArrayType.Scalar, statusCode = StatusCodes.Good): Row {
  return toRow(1, type, new DataValue({ value: new Variant({ dataType, value, arrayType }), statusCode }), { plantUs: 1, wallUs: 2 });
}

const waveform = (dataType: DataType, value: unknown) => read("waveform", dataType, value, VariantArrayType.Array);
const pngBytes = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0];

test("an array of Float or Double is a waveform, its numbers little-endian, bit for bit", () => {
  expect(waveform(DataType.Float, new Float32Array([1, -2.5]))).toMatchObject({ status: 0, value: NaN, content: { format: "f32", bytes: Uint8Array.from([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0]) } });
  expect(waveform(DataType.Double, new Float64Array([1]))).toMatchObject({ status: 0, content: { format: "f64", bytes: Uint8Array.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]) } });
  const within = new Float32Array([9, 1, 9]).subarray(1, 2);
  expect(waveform(DataType.Float, within).content?.bytes).toEqual(Uint8Array.from([0, 0, 0x80, 0x3f]));
});

test.each([
  ["png", pngBytes], ["jpeg", [0xff, 0xd8, 0xff, 0xe0]], ["bmp", [0x42, 0x4d, 0, 0]],
] as const)("a ByteString that begins as a %s does is an image", (format, bytes) => {
  expect(read("image", DataType.ByteString, Buffer.from(bytes))).toMatchObject({ status: 0, content: { format, bytes: Uint8Array.from(bytes) } });
});

test.each<[string, () => Row]>([
  ["an array of integers", () => waveform(DataType.Int32, new Int32Array([1]))],
  ["a single number", () => read("waveform", DataType.Double, 1)],
  ["an empty array", () => waveform(DataType.Double, new Float64Array(0))],
  ["a ByteString of another kind", () => read("image", DataType.ByteString, Buffer.from("GIF89a"))],
  ["a text", () => read("image", DataType.String, "BM")],
])("%s is neither: without value, with the status that says so", (_, row) => {
  expect(row()).toMatchObject({ status: badTypeMismatch, value: NaN });
  expect(row().content).toBeUndefined();
});

test("a content of more than 1 MiB is refused, and stays a sample that says so", () => {
  const most = 1024 * 1024 / 4;
  expect(waveform(DataType.Float, new Float32Array(most)).content?.bytes).toHaveLength(1024 * 1024);
  const longer = waveform(DataType.Float, new Float32Array(most + 1));
  expect([longer.status, longer.content]).toEqual([badEncodingLimitsExceeded, undefined]);
});

test("what a server calls bad is no waveform, whatever it holds", () => {
  const row = read("waveform", DataType.Float, new Float32Array([1]), VariantArrayType.Array, StatusCodes.BadSensorFailure);
  expect([row.status, row.content]).toEqual([StatusCodes.BadSensorFailure.value, undefined]);
});
