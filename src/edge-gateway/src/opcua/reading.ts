import { DataType, VariantArrayType, type DataValue, type LocalizedText } from "node-opcua";
import type { Row } from "../samples/row.js";

const badTypeMismatch = 0x80740000;
/** Info bits of a data value (OPC UA Part 4, 7.39.1): InfoType DataValue (01 in bits 10..11) and Overflow (bit 7). */
const overflowBits = 0x480;

export interface Stamps {
  /** Plant time now, where the server gave no source time. */
  readonly plantUs: number;
  readonly wallUs: number;
}

/** A row of what an OPC UA server delivered. Bad stays bad; a value that is not of the signal's type is one without value and BadTypeMismatch. */
export function toRow(signal: number, type: "number" | "text", data: DataValue, now: Stamps): Row {
  const serverUs = microseconds(data.serverTimestamp, data.serverPicoseconds) ?? now.wallUs;
  const sourceUs = microseconds(data.sourceTimestamp, data.sourcePicoseconds) ?? now.plantUs;
  const code = data.statusCode.value >>> 0;
  const overflowed = (code & overflowBits) === overflowBits;
  const overflow = overflowed ? { overflow: true } : {};
  // The gap tells the overflow; without it a good value is plainly good again. Limit bits stay.
  const status = overflowed ? code - ((code & 0xffff) === overflowBits ? overflowBits : 0x80) : code;
  const value = plainValue(data);
  if (value === undefined) return { signal, sourceUs, serverUs, status, value: NaN, ...overflow };
  if (type === "number" && typeof value === "number") return { signal, sourceUs, serverUs, status, value, ...overflow };
  if (type === "text" && typeof value === "string") return { signal, sourceUs, serverUs, status, value: NaN, text: value, ...overflow };
  return { signal, sourceUs, serverUs, status: status === 0 ? badTypeMismatch : status, value: NaN, ...overflow };
}

/** Timestamps have a resolution of 100 ns; node-opcua keeps what is below a millisecond aside. */
export function microseconds(time: Date | null | undefined, picoseconds: number): number | undefined {
  if (time === null || time === undefined) return undefined;
  const ms = time.getTime();
  return ms > 0 ? ms * 1000 + Math.floor(picoseconds / 1_000_000) : undefined;
}

/** Number, text, or undefined for no value; null for a type that a signal cannot hold. Booleans are 0 and 1. */
function plainValue({ value: variant }: DataValue): number | string | null | undefined {
  if (variant === null || variant === undefined || variant.dataType === DataType.Null) return undefined;
  if (variant.arrayType !== VariantArrayType.Scalar) return null;
  const value: unknown = variant.value;
  switch (variant.dataType) {
    case DataType.Boolean:
      return value === true ? 1 : 0;
    case DataType.SByte: case DataType.Byte: case DataType.Int16: case DataType.UInt16: case DataType.Int32: case DataType.UInt32:
    case DataType.Float: case DataType.Double:
      return value as number;
    case DataType.Int64: case DataType.UInt64: {
      const [high, low] = value as [number, number];
      return (variant.dataType === DataType.Int64 ? high | 0 : high >>> 0) * 4294967296 + (low >>> 0);
    }
    case DataType.String: case DataType.Guid:
      return (value as string | null) ?? "";
    case DataType.LocalizedText:
      return (value as LocalizedText | null)?.text ?? "";
    case DataType.DateTime:
      return (value as Date | null)?.getTime();
    default:
      return null;
  }
}
