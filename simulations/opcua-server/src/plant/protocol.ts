import type { Unit } from "../address-space/units.js";

/** The lines of the plant's socket: one JSON object each, UTF-8, ended by a line feed. */

export const dataTypes = ["Double", "Int32", "UInt32", "String", "Boolean", "DateTime", "FloatArray", "ByteString"] as const;
/** A FloatArray and a ByteString come as base64; the numbers of the former are little endian. */
export type PlantDataType = (typeof dataTypes)[number];

export interface PlantNode {
  /** Which of the plant's OPC UA servers shows it; missing where there is but one. */
  readonly endpoint?: string;
  readonly ns: string;
  readonly id: string;
  readonly dataType: PlantDataType;
  readonly unit?: Unit;
  readonly range?: readonly [low: number, high: number];
  readonly writable: boolean;
  readonly description?: string;
}

/** Index into the announced nodes, value, plant time in microseconds since 1970 UTC, OPC UA status code (absent: Good). */
export type PlantValue = readonly [node: number, value: unknown, sourceMicros: number, status?: number];

export interface PlantAnnouncement {
  readonly type: "plant";
  readonly name: string;
  readonly speed: number;
  readonly nodes: readonly PlantNode[];
}

export type PlantLine =
  | PlantAnnouncement
  | { readonly type: "values"; readonly v: readonly PlantValue[] }
  | { readonly type: "clock"; readonly plant: number; readonly wall: number; readonly speed: number; readonly cut: readonly string[] }
  | { readonly type: "written"; readonly request: number; readonly status: number; readonly reason?: string };

/** The plant's endpoints in the order in which its nodes name them; one without a name where they name none. */
export function endpointsOf(nodes: readonly PlantNode[]): (string | null)[] {
  return [...new Set(nodes.map((node) => node.endpoint ?? null))];
}

export function writeLine(request: number, node: number, value: unknown): string {
  return JSON.stringify({ type: "write", request, node, value }) + "\n";
}

/** @throws Error saying what is wrong with the line; the connection cannot be trusted after that. */
export function parsePlantLine(text: string): PlantLine {
  const line: unknown = JSON.parse(text);
  if (!isRecord(line)) throw new Error("a line is not a JSON object");
  switch (line["type"]) {
    case "plant":
      if (typeof line["name"] !== "string" || !isNumber(line["speed"]) || !Array.isArray(line["nodes"])) throw new Error("the plant line lacks name, speed or nodes");
      line["nodes"].forEach(checkNode);
      checkEndpoints(line["nodes"] as PlantNode[]);
      return line as unknown as PlantAnnouncement;
    case "values":
      if (!Array.isArray(line["v"]) || !line["v"].every(isValue)) throw new Error("a values line holds something else than [node, value, micros, status?]");
      return { type: "values", v: line["v"] };
    case "clock":
      if (!isNumber(line["plant"]) || !isNumber(line["wall"]) || !isNumber(line["speed"])) throw new Error("a clock line lacks plant, wall or speed");
      if (!isNames(line["cut"] ?? [])) throw new Error("a clock line holds something else in cut than names of endpoints");
      return { type: "clock", plant: line["plant"], wall: line["wall"], speed: line["speed"], cut: (line["cut"] ?? []) as string[] };
    case "written":
      if (!isNumber(line["request"]) || !isNumber(line["status"])) throw new Error("a written line lacks request or status");
      return { type: "written", request: line["request"], status: line["status"], ...(typeof line["reason"] === "string" ? { reason: line["reason"] } : {}) };
    default:
      throw new Error(`a line has the unknown type ${JSON.stringify(line["type"])}`);
  }
}

function checkNode(node: unknown, index: number): void {
  const at = `nodes[${index}]`;
  if (!isRecord(node)) throw new Error(`${at} is not an object`);
  if (typeof node["ns"] !== "string" || typeof node["id"] !== "string" || node["ns"] === "" || node["id"] === "") throw new Error(`${at} lacks ns or id`);
  if (!(dataTypes as readonly unknown[]).includes(node["dataType"])) throw new Error(`${at} (${node["id"]}) has the unknown dataType ${JSON.stringify(node["dataType"])}`);
  const endpoint = node["endpoint"];
  if (endpoint != null && !(typeof endpoint === "string" && /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(endpoint))) throw new Error(`${at} (${node["id"]}) names the endpoint ${JSON.stringify(endpoint)}; a name is made of letters, digits, "-" and "_"`);
  if (typeof node["writable"] !== "boolean") throw new Error(`${at} (${node["id"]}) lacks writable`);
  const range: unknown = node["range"];
  if (range != null && !(Array.isArray(range) && range.length === 2 && range.every(isNumber) && (range[0] as number) < (range[1] as number))) throw new Error(`${at} (${node["id"]}) has a range that is not [low, high] with low < high`);
  const unit = node["unit"];
  if (unit != null && !(isRecord(unit) && typeof unit["symbol"] === "string" && typeof unit["code"] === "string")) throw new Error(`${at} (${node["id"]}) has a unit without symbol or code`);
}

function checkEndpoints(nodes: readonly PlantNode[]): void {
  const endpoints = endpointsOf(nodes);
  if (endpoints.length > 1 && endpoints.includes(null)) throw new Error(`nodes[${nodes.findIndex((node) => node.endpoint == null)}] names no endpoint, but others do; each has to`);
}

function isValue(value: unknown): value is PlantValue {
  return Array.isArray(value) && Number.isInteger(value[0]) && Number.isSafeInteger(value[2]) && (value[3] === undefined || Number.isInteger(value[3]));
}

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
