/** Values that are kept as files: arrays of floating-point numbers, and pictures. */
import { DataType, VariantArrayType, type Variant } from "node-opcua";
import type { Content, ContentFormat } from "../samples/row.js";

/** A second of vibration at 100 kHz, or a small picture. The link and the core are made for many small samples and some of these. */
export const longestContent = 1024 * 1024;

const magics: readonly (readonly [ContentFormat, readonly number[]])[] = [
  ["png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["jpeg", [0xff, 0xd8, 0xff]],
  ["bmp", [0x42, 0x4d]],
];

/** @returns undefined for anything but an array of Float or Double with at least one element. */
export function waveformIn({ dataType, arrayType, value }: Variant): Content | undefined {
  if (arrayType !== VariantArrayType.Array || (value as ArrayLike<number> | null)?.length === undefined || (value as ArrayLike<number>).length === 0) return undefined;
  if (dataType === DataType.Float) return { format: "f32", bytes: bytesOf(value instanceof Float32Array ? value : Float32Array.from(value as ArrayLike<number>)) };
  if (dataType === DataType.Double) return { format: "f64", bytes: bytesOf(value instanceof Float64Array ? value : Float64Array.from(value as ArrayLike<number>)) };
  return undefined;
}

/** A ByteString tells what it is by its first bytes. @returns undefined for anything that is no png, jpeg or bmp. */
export function imageIn({ dataType, arrayType, value }: Variant): Content | undefined {
  if (dataType !== DataType.ByteString || arrayType !== VariantArrayType.Scalar || !(value instanceof Uint8Array)) return undefined;
  const format = magics.find(([, magic]) => magic.every((byte, at) => value[at] === byte))?.[0];
  return format === undefined ? undefined : { format, bytes: Uint8Array.from(value) };
}

/** A copy: the array may lie within a larger message. Node.js runs on little-endian machines alone, so these are little-endian numbers. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}
