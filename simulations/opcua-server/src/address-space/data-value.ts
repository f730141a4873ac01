import { DataType, DataValue, StatusCodes, Variant, VariantArrayType, coerceStatusCode, type StatusCode } from "node-opcua";
import type { PlantDataType } from "../plant/protocol.js";

export const variantTypes: Readonly<Record<PlantDataType, DataType>> = {
  Double: DataType.Double,
  Int32: DataType.Int32,
  UInt32: DataType.UInt32,
  String: DataType.String,
  Boolean: DataType.Boolean,
  DateTime: DataType.DateTime,
  FloatArray: DataType.Float,
  ByteString: DataType.ByteString,
};

/**
 * One value as the wire carries it. A Date counts milliseconds, so the microseconds of plant time travel in
 * `sourcePicoseconds`: at 20× two changes of a node can lie within one millisecond of wall time.
 */
export function dataValue(value: Variant, sourceMicros: number, status: StatusCode, now: Date): DataValue {
  const milliseconds = Math.floor(sourceMicros / 1000);
  const result = new DataValue(null);
  result.value = value;
  result.statusCode = status;
  result.sourceTimestamp = new Date(milliseconds);
  result.sourcePicoseconds = (sourceMicros - milliseconds * 1000) * 1_000_000;
  result.serverTimestamp = now;
  result.serverPicoseconds = 0;
  return result;
}

export function statusOf(code: number | undefined): StatusCode {
  return code === undefined || code === 0 ? StatusCodes.Good : coerceStatusCode(code);
}

/** @returns null when the plant's JSON value is not of the announced type. */
export function variant(type: PlantDataType, value: unknown): Variant | null {
  const read = valueOf(type, value);
  return read === undefined ? null : new Variant({ dataType: variantTypes[type], arrayType: type === "FloatArray" ? VariantArrayType.Array : VariantArrayType.Scalar, value: read });
}

function valueOf(type: PlantDataType, value: unknown): unknown {
  switch (type) {
    case "Double":
      return typeof value === "number" ? value : undefined;
    case "Int32":
      return Number.isInteger(value) && Math.abs(value as number) <= 0x7fffffff ? value : undefined;
    case "UInt32":
      return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0xffffffff ? value : undefined;
    case "String":
      return typeof value === "string" ? value : undefined;
    case "Boolean":
      return typeof value === "boolean" ? value : undefined;
    case "DateTime":
      return typeof value === "number" ? new Date(Math.floor(value / 1000)) : undefined; // microseconds, as source times
    case "ByteString":
      return typeof value === "string" ? Buffer.from(value, "base64") : undefined;
    case "FloatArray": {
      const bytes = typeof value === "string" ? Uint8Array.from(Buffer.from(value, "base64")) : undefined;
      return bytes === undefined || bytes.length % 4 !== 0 ? undefined : new Float32Array(bytes.buffer);
    }
    default:
      return type satisfies never;
  }
}
