import { DataType } from "node-opcua";
import { nodeText, resolveNode } from "../opcua/nodes.js";
import type { EndpointDefinition, Plant } from "../plant/definition.js";
import { describeAll, walkThrough, type BrowseOptions } from "./browse-server.js";
import { compare, type Difference, type Expected } from "./compare.js";
import { whyNoSignal } from "./draft.js";
import { Refused, type RefusalCode } from "./refused.js";
import { withServer, type Access, type Server } from "./server.js";
import { found, objectsFolder } from "./walk.js";

export interface CheckOptions extends Omit<BrowseOptions, "from"> {
  /** Whether to walk through the server for what the definition does not have. */
  readonly extra: boolean;
}

export interface Report {
  readonly same: boolean;
  /** Signals and clock nodes that were compared. */
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Endpoints that could not be compared, and why. */
  readonly unchecked: readonly { readonly endpoint: string; readonly code: RefusalCode; readonly detail: string }[];
  readonly notes: readonly string[];
}

/** Compares a plant definition with each of its servers, one after the other. An endpoint that cannot be compared keeps none of the others from it. */
export async function checkPlant(plant: Plant, access: Access, options: CheckOptions, stop: AbortSignal): Promise<Report> {
  const differences: Difference[] = [];
  const unchecked: { endpoint: string; code: RefusalCode; detail: string }[] = [];
  const notes: string[] = [];
  let compared = 0;
  for (const endpoint of plant.endpoints) {
    try {
      const expected = expectedOf(plant, endpoint);
      const result = await withServer(endpoint, access, stop, (server) => checkEndpoint(server, endpoint.name, expected, options));
      differences.push(...result.differences);
      notes.push(...result.notes);
      compared += expected.length;
    } catch (error) {
      if (stop.aborted) throw error;
      const { code, message } = Refused.from(error);
      unchecked.push({ endpoint: endpoint.name, code, detail: message });
    }
  }
  return { same: differences.length === 0 && unchecked.length === 0, compared, differences, unchecked, notes };
}

function expectedOf({ signals, clock }: Plant, { name }: EndpointDefinition): readonly Expected[] {
  const own: Expected[] = signals.filter((signal) => signal.endpoint === name);
  if (clock?.endpoint !== name) return own;
  return [
    ...own,
    { id: "clock.plantTime", node: clock.plantTime, type: "number", access: "read", dataType: DataType.DateTime },
    { id: "clock.speed", node: clock.speed, type: "number", access: "read", dataType: DataType.Double },
  ];
}

async function checkEndpoint(server: Server, endpoint: string, expected: readonly Expected[], options: CheckOptions): Promise<Pick<Report, "differences" | "notes">> {
  const here = expected.flatMap((one) => {
    const nodeId = resolveNode(one.node, server.namespaces);
    return nodeId === undefined ? [] : [{ one, nodeId }];
  });
  const nodeIds = [...new Set(here.map(({ nodeId }) => nodeId))];
  const facts = await describeAll(server, await found(server, nodeIds), options.progress);
  const known = new Map(nodeIds.map((nodeId, at) => [nodeId, facts[at]]));
  const differences = [...missingNamespaces(endpoint, expected, server), ...here.flatMap(({ one, nodeId }) => compare(endpoint, one, known.get(nodeId)))];
  if (options.extra) differences.push(...(await extraNodes(server, endpoint, new Set(nodeIds), options)));
  const rounded = here.filter(({ one, nodeId }) => one.type === "number" && [DataType.Int64, DataType.UInt64].includes(known.get(nodeId)?.builtIn ?? DataType.Null));
  return {
    differences,
    notes: rounded.map(({ one }) => `${one.id} is a 64-bit integer: beyond ±9007199254740991 it is rounded and marked uncertain; "type": "text" keeps every digit`),
  };
}

/** One difference for a namespace, not one for each of its nodes. */
function missingNamespaces(endpoint: string, expected: readonly Expected[], { namespaces }: Server): Difference[] {
  const missing = new Map<string, number>();
  for (const { node } of expected) {
    if (resolveNode(node, namespaces) !== undefined) continue;
    const uri = node.slice("nsu=".length, node.indexOf(";"));
    missing.set(uri, (missing.get(uri) ?? 0) + 1);
  }
  return [...missing].map(([uri, nodes]) => ({ endpoint, kind: "namespace", signal: null, node: `nsu=${uri}`, expected: `the namespace of ${nodes} nodes`, found: "no such namespace" }));
}

/** Nodes that browsing would have made signals of and that are not in the definition. */
async function extraNodes(server: Server, endpoint: string, defined: ReadonlySet<string>, options: CheckOptions): Promise<Difference[]> {
  const others = (await walkThrough(server, objectsFolder, options)).filter(({ nodeId }) => !defined.has(nodeId));
  const facts = await describeAll(server, others, options.progress);
  return others.flatMap(({ nodeId }, at): Difference[] => {
    const known = facts[at];
    if (known === undefined || whyNoSignal(known) !== undefined) return [];
    return [{ endpoint, kind: "extra", signal: null, node: nodeText(nodeId, server.namespaces), expected: "not in the definition", found: known.dimensions === undefined ? known.typeName : `${known.typeName} array of ${known.dimensions.join(" by ")}` }];
  });
}
