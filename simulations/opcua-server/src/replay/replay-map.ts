import { foldersOf } from "../address-space/folders.js";
import { unitId, type Unit } from "../address-space/units.js";
import { Members } from "./members.js";
import { timeReader, type ReadTime } from "./time-format.js";

/** How the cells of a recording become the values of OPC UA nodes (format digitaltwin.replay-map/1). */
export interface ReplayMap {
  readonly name: string;
  readonly namespaceUri: string;
  readonly file: FileForm;
  readonly time: TimeMap;
  readonly signals: readonly SignalMap[];
}

export const separators = [",", ";", "\t", "|", "whitespace"] as const;

export interface FileForm {
  /** whitespace: any run of blanks and tabs. */
  readonly separator: (typeof separators)[number];
  readonly decimal: "." | ",";
  readonly header: boolean;
  /** Lines before the header, or before the first row. */
  readonly skipLines: number;
  readonly encoding: "utf-8" | "windows-1252";
  /** What stands for no value, in small letters. */
  readonly missing: ReadonlySet<string>;
}

/** Name in the header, or place counted from 0. */
export type Column = string | number;

/** Where the first row is put in plant time: where it was recorded, at the wall clock's time of the start, or at a moment (microseconds). */
export type Start = "recorded" | "now" | number;

export type TimeMap =
  | { readonly kind: "column"; readonly columns: readonly Column[]; readonly read: ReadTime; readonly format: string; readonly start: Start }
  | { readonly kind: "interval"; readonly everyMicros: number; readonly start: Exclude<Start, "recorded"> };

export const recordedTypes = ["Double", "Int32", "UInt32", "String", "Boolean"] as const;
export type RecordedType = (typeof recordedTypes)[number];

export interface SignalMap {
  /** Where in the map, for messages. */
  readonly path: string;
  readonly node: string;
  readonly type: RecordedType;
  readonly unit?: Unit;
  readonly range?: readonly [low: number, high: number];
  readonly description?: string;
  readonly cells: { readonly kind: "column"; readonly column: Column } | Window;
}

/** Cells side by side that are values one after the other: the first at the row's time, each further one `every` later. */
export interface Window {
  readonly kind: "window";
  readonly from: number;
  readonly to: number;
  readonly everyMicros: number;
}

export type MapReading = { readonly kind: "map"; readonly map: ReplayMap } | { readonly kind: "faults"; readonly faults: readonly string[] };

const usualMissing = ["", "nan", "na", "n/a", "null"];
const clockNodes = ["Clock", "Clock.PlantTime", "Clock.Speed"];

/** Reads a map; a wrong one is refused with every fault found, each as `path: reason`. */
export function readMap(text: string): MapReading {
  const faults: string[] = [];
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    return { kind: "faults", faults: [`$: is not JSON (${(error as Error).message})`] };
  }
  const root = new Members(value, "$", faults);
  root.has("$schema");
  root.oneOf("format", ["digitaltwin.replay-map/1"], "digitaltwin.replay-map/1");
  if (!root.has("format")) root.fault("format", 'is missing; write "digitaltwin.replay-map/1"');
  const file = readFileForm(root.has("file") ? root.object("file") : new Members({}, "$.file", faults));
  const map = { name: root.text("name"), namespaceUri: root.text("namespaceUri"), file, time: readTime(root.object("time"), file.header), signals: root.objects("signals").map((signal) => readSignal(signal, file.header)) };
  root.nothingElse();
  checkNodes(map.signals, faults);
  return faults.length > 0 ? { kind: "faults", faults } : { kind: "map", map };
}

function readFileForm(file: Members): FileForm {
  const form: FileForm = {
    separator: file.oneOf("separator", separators, ","),
    decimal: file.oneOf("decimal", [".", ","], "."),
    header: file.flag("header", true),
    skipLines: file.index("skipLines", 0),
    encoding: file.oneOf("encoding", ["utf-8", "windows-1252"], "utf-8"),
    missing: new Set(file.texts("missing", usualMissing).map((text) => text.trim().toLowerCase())),
  };
  if (form.decimal === "," && form.separator === ",") file.fault("decimal", 'is "," as the separator is: a number with a comma would be two cells');
  file.nothingElse();
  return form;
}

function readTime(time: Members, header: boolean): TimeMap {
  const start = readStart(time);
  if (time.has("column") === time.has("every")) time.fault("column", 'has to name the column that holds the time; without one, write "every" instead: the seconds from row to row');
  if (!time.has("column")) {
    if (start === "recorded") time.fault("start", 'has to be "now" or a time: rows without a time were recorded at no known one');
    const everyMicros = Math.round(time.above0("every") * 1e6);
    time.nothingElse();
    return { kind: "interval", everyMicros, start: start === "recorded" ? "now" : start };
  }
  const columns = time.columns("column");
  for (const column of columns) if (typeof column === "string" && !header) time.fault("column", `"${column}" is a name, but the file has no header; write the column's place, counted from 0`);
  const [format, zone] = [time.text("format"), time.has("zone") ? time.text("zone") : "UTC"];
  let read: ReadTime = () => null;
  try {
    read = timeReader(format, zone);
  } catch (error) {
    if (format !== "?") time.fault(error instanceof RangeError ? "zone" : "format", (error as Error).message);
  }
  time.nothingElse();
  return { kind: "column", columns, read, format, start };
}

function readStart(time: Members): Start {
  const start = time.has("start") ? time.text("start") : time.has("column") ? "recorded" : "now";
  if (start === "recorded" || start === "now") return start;
  const micros = timeReader("iso", "UTC")(start, 0);
  if (micros === null) time.fault("start", `"${start}" is neither "recorded" nor "now" nor a time such as 2026-03-02T06:00:00Z`);
  return micros ?? "recorded";
}

function readSignal(signal: Members, header: boolean): SignalMap {
  const node = signal.text("node");
  if (clockNodes.includes(node)) signal.fault("node", `"${node}" is the plant's own clock; choose another name`);
  const type = signal.oneOf("type", recordedTypes, "Double");
  if (signal.has("column") === signal.has("window")) signal.fault("column", 'has to name a column; for values side by side in a row, write "window" instead');
  const cells = signal.has("window") && !signal.has("column") ? readWindow(signal.object("window")) : ({ kind: "column", column: signal.has("column") ? signal.column("column") : 0 } as const);
  if (cells.kind === "column" && typeof cells.column === "string" && !header) signal.fault("column", `"${cells.column}" is a name, but the file has no header; write the column's place, counted from 0`);
  const map: SignalMap = {
    path: signal.path,
    node,
    type,
    cells,
    ...(signal.has("unit") ? { unit: readUnit(signal.object("unit")) } : {}),
    ...(signal.has("range") ? { range: signal.range("range") } : {}),
    ...(signal.has("description") ? { description: signal.text("description") } : {}),
  };
  if ((type === "String" || type === "Boolean") && (map.unit ?? map.range) !== undefined) signal.fault("type", `is ${type}, which has neither unit nor range`);
  signal.nothingElse();
  return map;
}

function readWindow(window: Members): Window {
  const read = { kind: "window", from: window.index("from"), to: window.index("to"), everyMicros: Math.round(window.above0("every") * 1e6) } as const;
  if (read.to < read.from) window.fault("to", `is column ${read.to}, before the first one, ${read.from}`);
  window.nothingElse();
  return read;
}

function readUnit(unit: Members): Unit {
  const read = { symbol: unit.text("symbol"), code: unit.text("code") };
  try {
    if (read.code !== "?") unitId(read.code);
  } catch (error) {
    unit.fault("code", (error as Error).message);
  }
  unit.nothingElse();
  return read;
}

function checkNodes(signals: readonly SignalMap[], faults: string[]): void {
  const seen = new Map<string, string>();
  for (const { node, path } of signals) {
    if (seen.has(node)) faults.push(`${path}.node: "${node}" is the node of ${seen.get(node)} too`);
    seen.set(node, path);
  }
  try {
    foldersOf([...seen.keys()]);
  } catch (error) {
    faults.push(`$.signals: ${(error as Error).message}`);
  }
}
