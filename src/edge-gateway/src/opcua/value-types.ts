/**
 * How a value of each OPC UA built-in type (Part 6, 5.1.2) becomes the value of a signal: a double, or a text.
 * Nothing is rounded in silence: a 64-bit integer beyond ±(2^53 − 1) is told as a number that is not exact, and has all its digits as a text.
 */
import { DataType, VariantArrayType, type ExpandedNodeId, type LocalizedText, type NodeId, type QualifiedName, type StatusCode, type Variant } from "node-opcua";
import type { SignalType } from "../plant/definition.js";

const number: readonly SignalType[] = ["number"];
const text: readonly SignalType[] = ["text"];

/** What a signal on a node of the type can be; the first is what suits it best. Empty for types without a single value. */
const signalTypes: ReadonlyMap<DataType, readonly SignalType[]> = new Map([
  ...[DataType.Boolean, DataType.SByte, DataType.Byte, DataType.Int16, DataType.UInt16, DataType.Int32, DataType.UInt32, DataType.Float, DataType.Double].map((type) => [type, number] as const),
  ...[DataType.Int64, DataType.UInt64].map((type) => [type, [...number, ...text]] as const),
  ...[DataType.DateTime, DataType.StatusCode].map((type) => [type, [...text, ...number]] as const),
  ...[DataType.String, DataType.Guid, DataType.ByteString, DataType.XmlElement, DataType.NodeId, DataType.ExpandedNodeId, DataType.QualifiedName, DataType.LocalizedText].map((type) => [type, text] as const),
]);

export function signalTypesOf(type: DataType): readonly SignalType[] {
  return signalTypes.get(type) ?? [];
}

/** A 64-bit integer as node-opcua holds it: high and low word. */
type Words = readonly [high: number, low: number];

/** A Boolean is 0 or 1, a DateTime milliseconds since 1970. @returns undefined for a type that is no number, NaN for no value. */
export function numberOf(type: DataType, value: unknown): number | undefined {
  switch (type) {
    case DataType.Boolean:
      return value === true ? 1 : 0;
    case DataType.SByte: case DataType.Byte: case DataType.Int16: case DataType.UInt16: case DataType.Int32: case DataType.UInt32:
    case DataType.Float: case DataType.Double:
      return value as number;
    case DataType.Int64: case DataType.UInt64: {
      const [high, low] = value as Words;
      return (type === DataType.Int64 ? high | 0 : high >>> 0) * 4294967296 + (low >>> 0);
    }
    case DataType.DateTime:
      return (value as Date | null)?.getTime() ?? NaN;
    case DataType.StatusCode:
      return (value as StatusCode).value >>> 0;
    default:
      return undefined;
  }
}

/** A double holds every integer up to 2^53 − 1; beyond, neighbours share one. */
export function isRounded(type: DataType, value: number): boolean {
  return (type === DataType.Int64 || type === DataType.UInt64) && !Number.isSafeInteger(value);
}

/** @returns undefined for a type that is no text. */
export function textOf(type: DataType, value: unknown): string | undefined {
  if (!signalTypesOf(type).includes("text")) return undefined;
  if (value === null || value === undefined) return "";
  switch (type) {
    case DataType.Int64: case DataType.UInt64:
      return digitsOf(type, value as Words);
    case DataType.DateTime:
      return (value as Date).toISOString();
    case DataType.ByteString:
      return (value as Buffer).toString("base64");
    case DataType.LocalizedText:
      return (value as LocalizedText).text ?? "";
    case DataType.StatusCode:
      return (value as StatusCode).name;
    case DataType.NodeId: case DataType.ExpandedNodeId: case DataType.QualifiedName:
      return (value as NodeId | ExpandedNodeId | QualifiedName).toString();
    default:
      return value as string;
  }
}

function digitsOf(type: DataType, [high, low]: Words): string {
  const bits = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  return (type === DataType.Int64 ? BigInt.asIntN(64, bits) : bits).toString();
}

/** The one element that the index of a signal asks a server for; undefined where it sent something else. */
export function elementOf({ arrayType, value }: Variant): unknown {
  return arrayType !== VariantArrayType.Scalar && (value as ArrayLike<unknown> | null)?.length === 1 ? (value as ArrayLike<unknown>)[0] : undefined;
}

/** A whole array or matrix as JSON; 64-bit integers keep all their digits. @returns undefined for elements that are neither number nor text. */
export function arrayText({ dataType, arrayType, value, dimensions }: Variant): string | undefined {
  if (signalTypesOf(dataType).length === 0) return undefined;
  const elements = Array.from((value as ArrayLike<unknown> | null) ?? [], (element) => elementText(dataType, element));
  return nested(elements, arrayType === VariantArrayType.Matrix ? (dimensions ?? []) : [elements.length]);
}

function elementText(type: DataType, element: unknown): string {
  if (type === DataType.Boolean) return String(element === true);
  if (type === DataType.Int64 || type === DataType.UInt64) return digitsOf(type, element as Words);
  const text = textOf(type, element);
  if (text !== undefined) return JSON.stringify(text);
  const value = numberOf(type, element) ?? NaN;
  return Number.isFinite(value) ? String(value) : JSON.stringify(String(value)); // JSON has no NaN
}

function nested(elements: readonly string[], [length = 0, ...inner]: readonly number[]): string {
  if (inner.length === 0) return `[${elements.join(",")}]`;
  const each = inner.reduce((product, dimension) => product * dimension, 1);
  return `[${Array.from({ length }, (_, index) => nested(elements.slice(index * each, (index + 1) * each), inner)).join(",")}]`;
}
