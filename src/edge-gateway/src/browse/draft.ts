/**
 * A first plant definition of what a server shows, for a person to go on with. What no server can tell (cycle times, shifts, which
 * variable is the state, limits of setpoints) is not guessed: it is left out, or, where the format asks for it, named in the notes.
 * What stands directly above the variables decides the levels: one level of objects are cells, two are cells with machines,
 * three are lines, four or more are areas; what all have in common gives area and line their names.
 */
import { DataType } from "node-opcua";
import { signalTypesOf } from "../opcua/value-types.js";
import type { SecurityPolicyName, SignalType } from "../plant/definition.js";
import { Names } from "./names.js";
import type { Texts } from "./data-types.js";
import type { VariableFacts } from "./variables.js";

export interface DraftVariable extends VariableFacts {
  /** ExpandedNodeId with namespace URI. */
  readonly node: string;
  readonly namespaceUri: string;
  readonly name: string;
  /** The objects above it, the outermost first, each with the name of its type. */
  readonly path: readonly { readonly name: string; readonly type: string }[];
}

export interface DraftEndpoint {
  readonly url: string;
  readonly securityPolicy: SecurityPolicyName;
  readonly userName: string;
}

interface Signal {
  readonly name: string;
  readonly role: "measurement";
  readonly node: string;
  readonly index?: string;
  readonly type?: "text";
  readonly unit?: string;
  readonly range?: readonly [number, number];
  readonly texts?: Texts;
  readonly writable?: true;
  readonly period?: number;
}

interface Element { readonly id: string; readonly name: string; readonly signals?: Signal[] }
interface Machine extends Element { readonly class: string }
interface Cell extends Element { readonly plannedRunTimePerItem: number; readonly machines?: Machine[] }
interface Line extends Element { readonly endpoint: string; readonly namespaceUri: string; readonly constraintStation: string; readonly cells: Cell[] }

export interface Draft {
  /** Of the format digitaltwin.plant/1. */
  readonly definition: object;
  readonly signals: number;
  readonly leftOut: readonly { readonly node: string; readonly why: string }[];
  readonly notes: readonly string[];
}

/** An array of more elements is a waveform or a table, and not so many signals. */
const mostElements = 16;
const guessedSeconds = 60;
const endpointName = "server";

export function draft(variables: readonly DraftVariable[], endpoint: DraftEndpoint, timeZone: string): Draft {
  const leftOut: { node: string; why: string }[] = [];
  const notes: string[] = [];
  const kept = variables.filter((variable) => {
    const why = whyNoSignal(variable);
    if (why !== undefined) leftOut.push({ node: variable.node, why });
    return why === undefined;
  });
  const tree = grow(kept);
  const classes = new Set<string>();
  const site = new Names();

  const machines = (at: Branch, above: string, ids: Names): Machine[] => [...at.children.values()].flatMap((child) => {
    const name = above === "" ? child.name : `${above} ${child.name}`;
    const type = new Names().one(child.type);
    const own = signalsOf(child, new Names());
    if (own.length > 0) classes.add(type);
    return [...(own.length === 0 ? [] : [{ id: ids.one(name), name, class: type, signals: own }]), ...machines(child, name, ids)];
  });
  const cell = (at: Branch, ids: Names): Cell => {
    const inside = new Names();
    const below = machines(at, "", inside);
    return { id: ids.one(at.name), name: at.name, plannedRunTimePerItem: guessedSeconds, ...some("signals", signalsOf(at, inside)), ...some("machines", below) };
  };
  const line = (at: Branch, ids: Names): Line => {
    const inside = new Names();
    const below = [...at.children.values()].map((child) => cell(child, inside));
    const own = signalsOf(at, inside);
    // The format has no line without a cell: what stands on such a line goes to a cell of the line's name.
    const cells = below.length > 0 ? below : [{ id: new Names().one(at.name), name: at.name, plannedRunTimePerItem: guessedSeconds, ...some("signals", own) }];
    return { id: ids.one(at.name), name: at.name, endpoint: endpointName, namespaceUri: mostOf(at), constraintStation: cells[0]?.id ?? "", ...(below.length > 0 ? some("signals", own) : {}), cells };
  };
  const area = (at: Branch): object => {
    const ids = new Names();
    const lines = [...at.children.values()].map((child) => line(child, ids));
    const own = at.variables.length === 0 ? [] : [line({ ...branch("general", ""), variables: at.variables }, ids)];
    return { id: site.one(at.name), name: at.name, lines: [...own, ...lines] };
  };

  const { root, names } = rooted(tree);
  const depth = depthOf(root);
  const [areaName, lineName] = [names.at(-2) ?? "area", names.at(-1) ?? "line"];
  const areas = depth >= 4
    ? [...(root.variables.length === 0 ? [] : [area({ ...branch("general", ""), variables: root.variables })]), ...[...root.children.values()].map(area)]
    : depth === 3
      ? [area({ ...root, name: names.at(-1) ?? "area" })]
      : [area({ ...branch(areaName, ""), children: new Map([[lineName, { ...root, name: lineName }]]) })];

  const rounded = kept.filter(({ builtIn }) => builtIn === DataType.Int64 || builtIn === DataType.UInt64);
  if (rounded.length > 0) notes.push(`${count(rounded.length, "signal is a 64-bit integer", "signals are 64-bit integers")}: beyond ±9007199254740991 the number is rounded and marked uncertain; "type": "text" keeps every digit. The first is ${rounded[0]?.node}`);
  const written = kept.filter(({ writable }) => writable);
  if (written.length > 0) notes.push(`${count(written.length, "signal", "signals")} can be written by ${endpoint.userName} (writable); the twin writes none until it is a setpoint with limits. The first is ${written[0]?.node}`);
  notes.push(`to fill in: roles other than measurement, plannedRunTimePerItem (${guessedSeconds} s everywhere), constraintStation (the first cell of each line), shifts, clock`);
  const definition = {
    format: "digitaltwin.plant/1", id: "plant", name: "Plant", timeZone, endpoints: [{ name: endpointName, ...endpoint }],
    ...(classes.size === 0 ? {} : { equipmentClasses: Object.fromEntries([...classes].sort().map((name) => [name, {}])) }), areas,
  };
  return { definition, signals: kept.flatMap(signalsOfOne).length, leftOut, notes };
}

/** @returns why a variable becomes no signal by itself; undefined where it does. */
export function whyNoSignal({ builtIn, typeName, dimensions, readable }: VariableFacts): string | undefined {
  if (!readable) return "this user may not read it";
  if (builtIn === DataType.Null) return `what its ${typeName} is shows only in a value, and it has none now`;
  const [type] = signalTypesOf(builtIn);
  if (type === undefined) return `a ${typeName} is not a single value`;
  if (dimensions === undefined || type === "text") return undefined;
  const elements = product(dimensions);
  if (elements === 0) return "an array without elements now";
  return elements > mostElements ? `an array of ${elements} elements, more than the ${mostElements} that become signals by themselves; name single ones with index, or all as one text` : undefined;
}

/** @param names those of the elements below the same owner: an id is an element's or a signal's. */
function signalsOf({ variables }: Branch, names: Names): Signal[] {
  return variables.flatMap(signalsOfOne).map((signal) => ({ ...signal, name: names.one(signal.name) }));
}

/** A short array of numbers is a signal for each element; one of texts is one text. */
function signalsOfOne(variable: DraftVariable): Signal[] {
  const [type] = signalTypesOf(variable.builtIn);
  if (variable.dimensions === undefined || type === "text") return [signal(variable, type ?? "text", variable.name)];
  return indexes(variable.dimensions).map((index) => ({ ...signal(variable, type ?? "number", `${variable.name}-${index.replaceAll(",", "-")}`), index }));
}

function signal({ node, unit, range, texts, writable, periodSeconds }: DraftVariable, type: SignalType, name: string): Signal {
  const isNumber = type === "number";
  return {
    name, role: "measurement", node, ...(isNumber ? {} : { type: "text" as const }), ...(unit === undefined ? {} : { unit }),
    ...(isNumber && range !== undefined ? { range } : {}), ...(isNumber && texts !== undefined ? { texts } : {}), ...(writable ? { writable: true as const } : {}),
    ...(periodSeconds === undefined ? {} : { period: Math.min(periodSeconds, 86400) }),
  };
}

/** `0`, `1`, …; `0,0`, `0,1`, … of a matrix. */
export function indexes(dimensions: readonly number[]): string[] {
  return dimensions.reduce<string[]>((heads, length) => heads.flatMap((head) => Array.from({ length }, (_, index) => (head === "" ? `${index}` : `${head},${index}`))), [""]);
}

interface Branch {
  readonly name: string;
  readonly type: string;
  readonly children: Map<string, Branch>;
  readonly variables: readonly DraftVariable[];
}

function branch(name: string, type: string): Branch & { variables: DraftVariable[] } {
  return { name, type, children: new Map(), variables: [] };
}

/** The objects that have variables somewhere below them. */
function grow(variables: readonly DraftVariable[]): Branch {
  const root = branch("", "");
  for (const variable of variables) {
    let at = root;
    for (const { name, type } of variable.path) {
      const child = (at.children.get(name) ?? branch(name, type)) as typeof root;
      at.children.set(name, child);
      at = child;
    }
    at.variables.push(variable);
  }
  return root;
}

/** Below the objects that all have in common. */
function rooted(tree: Branch): { root: Branch; names: string[] } {
  const names: string[] = [];
  let root = tree;
  while (root.variables.length === 0 && root.children.size === 1) {
    [root] = root.children.values() as unknown as [Branch];
    names.push(root.name);
  }
  return { root, names };
}

function depthOf(at: Branch): number {
  return at.children.size === 0 ? 0 : 1 + Math.max(...[...at.children.values()].map(depthOf));
}

/** The namespace that most of its variables have. */
function mostOf(at: Branch): string {
  const counts = new Map<string, number>();
  const add = (branch: Branch): void => {
    for (const { namespaceUri } of branch.variables) counts.set(namespaceUri, (counts.get(namespaceUri) ?? 0) + 1);
    for (const child of branch.children.values()) add(child);
  };
  add(at);
  return ([...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? "").replaceAll("%", "%25").replaceAll(";", "%3B");
}

function some<K extends string, T>(key: K, items: readonly T[]): Partial<Record<K, T[]>> {
  return items.length === 0 ? {} : ({ [key]: [...items] } as Record<K, T[]>);
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((all, length) => all * length, 1);
}

function count(number: number, one: string, many: string): string {
  return number === 1 ? `1 ${one}` : `${number} ${many}`;
}
