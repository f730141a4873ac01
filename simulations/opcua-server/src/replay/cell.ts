import type { FileForm, RecordedType } from "./replay-map.js";

/** Value and OPC UA status; no status is Good. */
export type CellValue = readonly [value: unknown, status?: number];

/** Bad_NoData: the recording holds no value here. */
export const badNoData = 0x809b0000;
/** Bad_TypeMismatch: what it holds is not of the signal's type. */
export const badTypeMismatch = 0x80740000;

const none: CellValue = [null, badNoData];
const wrong: CellValue = [null, badTypeMismatch];
const largest = { Int32: 0x7fffffff, UInt32: 0xffffffff } as const;
const lowest = { Int32: -0x80000000, UInt32: 0 } as const;

export function cellReader(type: RecordedType, { decimal, missing }: Pick<FileForm, "decimal" | "missing">): (text: string) => CellValue {
  const number = decimal === "," ? /^[+-]?(\d+,?\d*|,\d+)([eE][+-]?\d+)?$/ : /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
  const numberOf = (text: string): number => (number.test(text) ? Number(decimal === "," ? text.replace(",", ".") : text) : NaN);
  const read = (text: string): CellValue => {
    switch (type) {
      case "Double": {
        const value = numberOf(text);
        return Number.isFinite(value) ? [value] : wrong;
      }
      case "Int32":
      case "UInt32": {
        const value = numberOf(text);
        return Number.isInteger(value) && value >= lowest[type] && value <= largest[type] ? [value] : wrong;
      }
      case "Boolean": {
        const value = text.toLowerCase();
        if (value === "true" || value === "false") return [value === "true"];
        const bit = numberOf(text);
        return bit === 0 || bit === 1 ? [bit === 1] : wrong;
      }
      case "String":
        return [text];
      default:
        return type satisfies never;
    }
  };
  return (text) => {
    const trimmed = text.trim();
    return missing.has(trimmed.toLowerCase()) ? none : read(trimmed);
  };
}
