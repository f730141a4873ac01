import { createHash } from "node:crypto";
import { field, Reader } from "./reader.js";

/** What the gateway needs of a plant definition (format digitaltwin.plant/1): where to connect and which nodes to watch. */
export interface Plant {
  /** SHA-256 of the file's bytes, hex. */
  readonly hash: string;
  readonly endpoints: readonly EndpointDefinition[];
  readonly clock: ClockDefinition | null;
  /** In file order: of the line, its cells, their machines; the setpoints of each as signals after its signals. */
  readonly signals: readonly SignalDefinition[];
}

export interface EndpointDefinition {
  readonly name: string;
  readonly url: string;
  readonly securityPolicy: SecurityPolicyName;
  readonly userName: string;
}

export const securityPolicies = ["Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"] as const;
export type SecurityPolicyName = (typeof securityPolicies)[number];

export interface ClockDefinition {
  readonly endpoint: string;
  readonly plantTime: string;
  readonly speed: string;
}

export interface SignalDefinition {
  /** Full path and name: `leipzig.body.line1.cell3.robot.vibration`. */
  readonly id: string;
  readonly endpoint: string;
  /** ExpandedNodeId with its namespace URI (OPC UA Part 6, 5.1.12): `nsu=urn:…;s=…`. */
  readonly node: string;
  readonly type: SignalType;
  /** One element of an array or a matrix, from 0: `3` or `1,2` (OPC UA Part 4, 7.27: NumericRange). */
  readonly index?: string;
  readonly unit?: string;
  readonly range?: readonly [low: number, high: number];
  /** What the numbers of an enumeration mean. */
  readonly texts?: Readonly<Record<string, string>>;
  /** Somebody writes it; a setpoint's range is then the twin's own limits. */
  readonly access: "read" | "write" | "setpoint";
  readonly class: SignalClass;
}

/** From what is dropped last to what is dropped first when not every sample can be kept. */
export const signalClasses = ["state", "telemetry", "diagnostic"] as const;
export type SignalClass = (typeof signalClasses)[number];

export const signalTypes = ["number", "text", "waveform", "image"] as const;
export type SignalType = (typeof signalTypes)[number];

export type PlantResult =
  | { readonly kind: "plant"; readonly plant: Plant }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

type SignalTemplate = Omit<SignalDefinition, "id" | "endpoint"> & { readonly name: string };

/** Reads and expands a plant definition; a wrong one is refused with every fault found, each as `path: reason`. */
export function readPlant(bytes: Uint8Array): PlantResult {
  const faults: string[] = [];
  const reader = new Reader(faults);
  let file: unknown;
  try {
    file = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    return { kind: "faults", faults: [`$: is not JSON in UTF-8 (${(error as Error).message})`] };
  }
  const root = reader.object(file, "$");
  if (root === undefined) return { kind: "faults", faults };
  const format = reader.string(root, "format", "$");
  if (format !== undefined && format !== "digitaltwin.plant/1") {
    return { kind: "faults", faults: [`$.format: is "${format}", this gateway reads "digitaltwin.plant/1"`] };
  }

  const id = reader.identifier(root, "id", "$") ?? "?";
  const endpoints = readEndpoints(reader, root);
  const names = new Set(endpoints.map((endpoint) => endpoint.name));
  const clock = readClock(reader, root, names);
  const classes = readClasses(reader, root);
  const signals: SignalDefinition[] = [];
  const seen = new Map<string, string>();

  const addElement = (element: Record<string, unknown>, path: string, owner: string, endpoint: string, namespaceUri: string) => {
    const earlier = seen.get(owner);
    if (earlier !== undefined) reader.fault(`${path}.id`, `"${owner}" is used before at ${earlier}`);
    seen.set(owner, path);
    const className = reader.optionalString(element, "class", path);
    const prefix = reader.optionalString(element, "nodePrefix", path);
    const inherited = className === undefined ? [] : classes.get(className);
    if (inherited === undefined) reader.fault(field(path, "class"), `"${className}" is not in $.equipmentClasses`);
    const used = new Map<string, string>();
    for (const { template, at } of [...(inherited ?? []), ...readTemplates(reader, element, path)]) {
      const where = at.startsWith(path) ? at : `${path} (${at})`;
      if (used.has(template.name)) reader.fault(where, `signal "${template.name}" is there twice (first at ${used.get(template.name)})`);
      used.set(template.name, at);
      const absolute = template.node.startsWith("nsu=");
      if (!absolute && prefix === undefined) reader.fault(field(path, "nodePrefix"), `is missing; signal "${template.name}" needs it`);
      const node = absolute ? template.node : `nsu=${namespaceUri};s=${prefix ?? ""}.${template.node}`;
      const { name, ...signal } = template;
      signals.push({ ...signal, id: `${owner}.${name}`, endpoint, node });
    }
  };

  for (const [area, areaPath] of reader.objects(root, "areas", "$")) {
    const areaId = `${id}.${reader.identifier(area, "id", areaPath) ?? "?"}`;
    for (const [line, linePath] of reader.objects(area, "lines", areaPath)) {
      const lineId = `${areaId}.${reader.identifier(line, "id", linePath) ?? "?"}`;
      const endpoint = reader.string(line, "endpoint", linePath) ?? "?";
      if (endpoint !== "?" && !names.has(endpoint)) reader.fault(field(linePath, "endpoint"), `"${endpoint}" is not in $.endpoints`);
      const uri = reader.string(line, "namespaceUri", linePath) ?? "?";
      if (uri.includes(";")) reader.fault(field(linePath, "namespaceUri"), "holds a semicolon; write it as %3B");
      addElement(line, linePath, lineId, endpoint, uri);
      for (const [cell, cellPath] of reader.objects(line, "cells", linePath)) {
        const cellId = `${lineId}.${reader.identifier(cell, "id", cellPath) ?? "?"}`;
        addElement(cell, cellPath, cellId, endpoint, uri);
        for (const [machine, machinePath] of cell["machines"] === undefined ? [] : reader.objects(cell, "machines", cellPath)) {
          addElement(machine, machinePath, `${cellId}.${reader.identifier(machine, "id", machinePath) ?? "?"}`, endpoint, uri);
        }
      }
    }
  }
  if (faults.length === 0 && signals.length === 0) faults.push("$.areas: no signal is defined, there is nothing to watch");
  if (faults.length > 0) return { kind: "faults", faults };
  return { kind: "plant", plant: { hash: createHash("sha256").update(bytes).digest("hex"), endpoints, clock, signals } };
}

function readEndpoints(reader: Reader, root: Record<string, unknown>): EndpointDefinition[] {
  const endpoints: EndpointDefinition[] = [];
  for (const [endpoint, path] of reader.objects(root, "endpoints", "$")) {
    const name = reader.string(endpoint, "name", path) ?? "?";
    if (endpoints.some((other) => other.name === name)) reader.fault(field(path, "name"), `"${name}" is there twice`);
    const url = reader.string(endpoint, "url", path) ?? "?";
    if (url !== "?" && !isEndpointUrl(url)) reader.fault(field(path, "url"), `"${url}" is not of the form opc.tcp://host:port`);
    const policy = reader.oneOf(endpoint, "securityPolicy", path, securityPolicies) ?? "Basic256Sha256";
    endpoints.push({ name, url, securityPolicy: policy, userName: reader.string(endpoint, "userName", path) ?? "?" });
  }
  return endpoints;
}

export function isEndpointUrl(url: string): boolean {
  return /^opc\.tcp:\/\/[^\s/:]+(:\d+)?(\/\S*)?$/.test(url) || /^opc\.tcp:\/\/\[[0-9a-fA-F:]+\](:\d+)?(\/\S*)?$/.test(url);
}

export function isIndex(text: string): boolean {
  return /^\d{1,9}(,\d{1,9})*$/.test(text);
}

function readClock(reader: Reader, root: Record<string, unknown>, endpoints: ReadonlySet<string>): ClockDefinition | null {
  if (root["clock"] === undefined || root["clock"] === null) return null;
  const clock = reader.object(root["clock"], "$.clock");
  if (clock === undefined) return null;
  const endpoint = reader.string(clock, "endpoint", "$.clock") ?? "?";
  if (endpoint !== "?" && !endpoints.has(endpoint)) reader.fault("$.clock.endpoint", `"${endpoint}" is not in $.endpoints`);
  return { endpoint, plantTime: reader.node(clock, "plantTime", "$.clock"), speed: reader.node(clock, "speed", "$.clock") };
}

type Templates = readonly { readonly template: SignalTemplate; readonly at: string }[];

function readClasses(reader: Reader, root: Record<string, unknown>): ReadonlyMap<string, Templates> {
  const classes = new Map<string, Templates>();
  if (root["equipmentClasses"] === undefined) return classes;
  for (const [name, value] of Object.entries(reader.object(root["equipmentClasses"], "$.equipmentClasses") ?? {})) {
    const path = field("$.equipmentClasses", name);
    const body = reader.object(value, path);
    classes.set(name, body === undefined ? [] : readTemplates(reader, body, path));
  }
  return classes;
}

/** The signals of a class or an element; each setpoint is a number signal of the same name as well. */
function readTemplates(reader: Reader, from: Record<string, unknown>, path: string): Templates {
  const read = (key: "signals" | "setpoints") =>
    (from[key] === undefined ? [] : reader.objects(from, key, path)).map(([signal, at]) => {
      const own = key === "signals";
      const type = own && signal["type"] !== undefined ? reader.oneOf(signal, "type", at, signalTypes) : "number";
      const node = reader.string(signal, "node", at) ?? "?";
      if (node.startsWith("nsu=")) reader.node(signal, "node", at);
      if (signal["period"] !== undefined) reader.positive(signal, "period", at);
      const index = own ? reader.optionalString(signal, "index", at) : undefined;
      if (index !== undefined && !isIndex(index)) reader.fault(field(at, "index"), `"${index}" is no index of one element; write 3, or 1,2 in a matrix`);
      const unit = reader.optionalString(signal, "unit", at);
      const range = own ? reader.range(signal, "range", at) : reader.limits(signal);
      const texts = own ? reader.texts(signal, "texts", at) : undefined;
      const access = own ? (signal["writable"] === true ? "write" : "read") : "setpoint";
      const given = own && signal["class"] !== undefined ? reader.oneOf(signal, "class", at, signalClasses) : undefined;
      const measured = own && (signal["role"] === "measurement" || signal["role"] === "energy");
      const hasContent = type === "waveform" || type === "image";
      if (hasContent && index !== undefined) reader.fault(field(at, "index"), `a signal of type ${type} is a whole value`);
      const usual = hasContent ? "diagnostic" : measured ? "telemetry" : "state";
      const template: SignalTemplate = {
        name: reader.identifier(signal, "name", at) ?? "?", node, type: type ?? "number", access, class: given ?? usual,
        ...(index === undefined ? {} : { index }), ...(unit === undefined ? {} : { unit }), ...(range === undefined ? {} : { range }), ...(texts === undefined ? {} : { texts }),
      };
      return { template, at };
    });
  return [...read("signals"), ...read("setpoints")];
}
