import { DataType, VariantArrayType, type DataValue, type Variant } from "node-opcua";
import type { SignalType } from "../plant/definition.js";
import type { Row } from "../samples/row.js";
import { imageIn, longestContent, waveformIn } from "./contents.js";
import { arrayText, elementOf, isRounded, numberOf, textOf } from "./value-types.js";

const badTypeMismatch = 0x80740000;
const badEncodingLimitsExceeded = 0x80080000;
const firstBad = 0x80000000;
/** There is a value, outside of what a number of the signal can hold exactly. */
const uncertainEngineeringUnitsExceeded = 0x40940000;
/** Info bits of a data value (OPC UA Part 4, 7.39.1): InfoType DataValue (01 in bits 10..11) and Overflow (bit 7). */
const overflowBits = 0x480;
/** The core takes no longer one (SampleRules.LongestText): rather a value with a bad status than a sample refused there. */
const longestText = 4096;

export interface Stamps {
  /** Plant time now, where the server gave no source time. */
  readonly plantUs: number;
  readonly wallUs: number;
}

/**
 * A row of what an OPC UA server delivered. Bad stays bad; a value that is not of the signal's type is one without value and BadTypeMismatch.
 * @param element the signal is one element of an array, and the server was asked for that element alone.
 */
export function toRow(signal: number, type: SignalType, data: DataValue, now: Stamps, element = false): Row {
  const serverUs = microseconds(data.serverTimestamp, data.serverPicoseconds) ?? now.wallUs;
  const sourceUs = microseconds(data.sourceTimestamp, data.sourcePicoseconds) ?? now.plantUs;
  const code = data.statusCode.value >>> 0;
  const overflowed = (code & overflowBits) === overflowBits;
  const overflow = overflowed ? { overflow: true } : {};
  // The gap tells the overflow; without it a good value is plainly good again. Limit bits stay.
  const status = overflowed ? code - ((code & 0xffff) === overflowBits ? overflowBits : 0x80) : code;
  const told = (value: number, why = 0): Row => ({ signal, sourceUs, serverUs, status: status === 0 ? why : status, value, ...overflow });

  const variant: Variant | null = data.value;
  if (variant === null || variant === undefined || variant.dataType === DataType.Null) return told(NaN);
  if (type === "number") {
    const value = numberIn(variant, element);
    if (value === undefined) return told(NaN, badTypeMismatch);
    return told(value, isRounded(variant.dataType, value) ? uncertainEngineeringUnitsExceeded : 0);
  }
  if (type === "waveform" || type === "image") {
    const content = type === "waveform" ? waveformIn(variant) : imageIn(variant);
    if (content === undefined) return told(NaN, badTypeMismatch);
    if (content.bytes.length > longestContent) return told(NaN, badEncodingLimitsExceeded);
    return status >= firstBad ? told(NaN) : { ...told(NaN), content };
  }
  const text = textIn(variant, element);
  if (text === undefined) return told(NaN, badTypeMismatch);
  if (text.length > longestText) return told(NaN, badEncodingLimitsExceeded);
  return { ...told(NaN), text };
}

function numberIn(variant: Variant, element: boolean): number | undefined {
  if (!element) return variant.arrayType === VariantArrayType.Scalar ? numberOf(variant.dataType, variant.value) : undefined;
  const one = elementOf(variant);
  return one === undefined ? undefined : numberOf(variant.dataType, one);
}

function textIn(variant: Variant, element: boolean): string | undefined {
  if (element) {
    const one = elementOf(variant);
    return one === undefined ? undefined : textOf(variant.dataType, one);
  }
  return variant.arrayType === VariantArrayType.Scalar ? textOf(variant.dataType, variant.value) : arrayText(variant);
}

/** Timestamps have a resolution of 100 ns; node-opcua keeps what is below a millisecond aside. */
export function microseconds(time: Date | null | undefined, picoseconds: number): number | undefined {
  if (time === null || time === undefined) return undefined;
  const ms = time.getTime();
  return ms > 0 ? ms * 1000 + Math.floor(picoseconds / 1_000_000) : undefined;
}
