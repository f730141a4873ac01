import { DataType } from "node-opcua";
import { signalTypesOf } from "../opcua/value-types.js";
import type { SignalDefinition } from "../plant/definition.js";
import type { VariableFacts } from "./variables.js";

/** Stable: scripts branch on these. */
export type DifferenceKind = "namespace" | "node" | "type" | "index" | "unit" | "range" | "texts" | "readable" | "writable" | "extra";

export interface Difference {
  readonly endpoint: string;
  readonly kind: DifferenceKind;
  /** Id of the signal; null for what the definition does not have. */
  readonly signal: string | null;
  readonly node: string;
  readonly expected: string;
  readonly found: string;
}

/** A signal, or a node of the plant's clock, which has to be of one type. */
export type Expected = Omit<SignalDefinition, "endpoint" | "class"> & { readonly dataType?: DataType };

/** What one server says otherwise than the definition. What only one of the two says is no difference. */
export function compare(endpoint: string, expected: Expected, facts: VariableFacts | undefined): Difference[] {
  const differs = (kind: DifferenceKind, wanted: string, found: string): Difference => ({ endpoint, kind, signal: expected.id, node: expected.node, expected: wanted, found });
  if (facts === undefined) return [differs("node", "a variable", "none")];
  const differences: Difference[] = [];
  if (!facts.readable) differences.push(differs("readable", "readable", "not readable by this user"));
  if (expected.access !== "read" && !facts.writable) differences.push(differs("writable", "writable", "not writable by this user"));
  const type = typeDifference(expected, facts);
  if (type !== undefined) differences.push(differs(...type));
  if (expected.unit !== undefined && facts.unit !== undefined && expected.unit !== facts.unit) differences.push(differs("unit", expected.unit, facts.unit));
  const { range: own } = expected;
  const { range: theirs } = facts;
  if (own !== undefined && theirs !== undefined) {
    // A setpoint's range is the twin's own limits: these may be narrower than the equipment's, not wider.
    const fits = expected.access === "setpoint" ? theirs[0] <= own[0] && own[1] <= theirs[1] : own[0] === theirs[0] && own[1] === theirs[1];
    if (!fits) differences.push(differs("range", `${expected.access === "setpoint" ? "limits within " : ""}${own.join(" to ")}`, theirs.join(" to ")));
  }
  if (expected.texts !== undefined && facts.texts !== undefined) {
    const [wanted, found] = [told(expected.texts), told(facts.texts)];
    if (wanted !== found) differences.push(differs("texts", wanted, found));
  }
  return differences;
}

function typeDifference(expected: Expected, { builtIn, typeName, dimensions }: VariableFacts): [DifferenceKind, string, string] | undefined {
  if (builtIn === DataType.Null) return undefined; // nobody can say before it has a value
  const found = dimensions === undefined ? typeName : `${typeName} array of ${dimensions.join(" by ")}`;
  if (expected.dataType !== undefined) return expected.dataType === builtIn && dimensions === undefined ? undefined : ["type", DataType[expected.dataType], found];
  if (expected.type === "waveform") return dimensions?.length === 1 && (builtIn === DataType.Float || builtIn === DataType.Double) ? undefined : ["type", "an array of Float or Double", found];
  if (expected.type === "image") return dimensions === undefined && builtIn === DataType.ByteString ? undefined : ["type", "ByteString", found];
  const fits = signalTypesOf(builtIn).includes(expected.type);
  if (expected.index !== undefined) {
    if (dimensions === undefined || !fits) return ["type", `an array of ${expected.type}s`, found];
    const index = expected.index.split(",").map(Number);
    const within = index.length === dimensions.length && index.every((at, level) => at < (dimensions[level] ?? 0));
    return within ? undefined : ["index", `element ${expected.index}`, found];
  }
  if (dimensions !== undefined) return expected.type === "text" && signalTypesOf(builtIn).length > 0 ? undefined : ["type", expected.type, found];
  return fits ? undefined : ["type", expected.type, found];
}

function told(texts: Readonly<Record<string, string>>): string {
  return Object.keys(texts).sort((one, other) => Number(one) - Number(other)).map((number) => `${number} ${texts[number]}`).join(", ");
}
