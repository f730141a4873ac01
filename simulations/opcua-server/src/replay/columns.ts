import type { PlantValue } from "../plant/protocol.js";
import { cellReader } from "./cell.js";
import type { CsvRecord } from "./csv.js";
import type { Column, ReplayMap } from "./replay-map.js";

/** Values that are told together. */
export interface Moment {
  readonly micros: number;
  readonly values: readonly PlantValue[];
}

/** A map that fits a file: which place of a row holds what. */
export interface Columns {
  /** @returns the row's time of day as the recording has it; null where it cannot be read. For rows without a time column, the row's place. */
  timeOf(record: CsvRecord, row: number, notBefore: number): number | null;
  /** The row's values in the order of their times, which begin with `micros`. */
  momentsOf(record: CsvRecord, micros: number): readonly Moment[];
}

export type Binding = { readonly kind: "columns"; readonly columns: Columns } | { readonly kind: "faults"; readonly faults: readonly string[] };

/** @param first the header, or the first row of a file that has none. */
export function bind(map: ReplayMap, first: readonly string[]): Binding {
  const faults: string[] = [];
  const header = map.file.header ? first.map((name) => name.trim()) : null;
  const place = (column: Column, path: string): number => {
    if (typeof column === "number") {
      if (column >= first.length) faults.push(`${path}: column ${column} is not there; the ${header === null ? "first row" : "header"} has ${first.length}, counted from 0`);
      return column;
    }
    const at = (header ?? []).indexOf(column);
    if (at < 0) faults.push(`${path}: "${column}" is not in the header (${listed(header ?? [])})${first.length === 1 ? "; is the separator right?" : ""}`);
    else if (header?.includes(column, at + 1) === true) faults.push(`${path}: "${column}" is in the header twice; write its place instead, counted from 0`);
    return at;
  };

  const timePlaces = map.time.kind === "column" ? map.time.columns.map((column) => place(column, "$.time.column")) : [];
  const signals = map.signals.map(({ cells, path, type }, index) => {
    const read = cellReader(type, map.file);
    if (cells.kind === "column") return { index, read, from: place(cells.column, `${path}.column`), count: 1, everyMicros: 0 };
    place(cells.to, `${path}.window.to`);
    return { index, read, from: cells.from, count: cells.to - cells.from + 1, everyMicros: cells.everyMicros };
  });
  if (faults.length > 0) return { kind: "faults", faults };

  const { time } = map;
  const plain = signals.every((signal) => signal.count === 1);
  const timeOf: Columns["timeOf"] = ({ cells }, row, notBefore) => (time.kind === "interval" ? row * time.everyMicros : time.read(timePlaces.map((at) => (cells[at] ?? "").trim()).join(" "), notBefore));
  return {
    kind: "columns",
    columns: {
      timeOf,
      momentsOf: ({ cells }, micros) => {
        if (plain) return [{ micros, values: signals.map(({ index, read, from }) => valueOf(index, read(cells[from] ?? ""), micros)) }];
        const moments = new Map<number, PlantValue[]>();
        for (const { index, read, from, count, everyMicros } of signals)
          for (let step = 0; step < count; step++) {
            const at = micros + step * everyMicros;
            const values = moments.get(at) ?? [];
            if (values.push(valueOf(index, read(cells[from + step] ?? ""), at)) === 1) moments.set(at, values);
          }
        return [...moments].map(([at, values]) => ({ micros: at, values })).sort((one, other) => one.micros - other.micros);
      },
    },
  };
}

function valueOf(index: number, [value, status]: readonly [unknown, number?], micros: number): PlantValue {
  return status === undefined ? [index, value, micros] : [index, value, micros, status];
}

function listed(header: readonly string[]): string {
  const text = header.join(", ");
  return text.length > 400 ? `${text.slice(0, 397)}...` : text;
}
