import { BrowseDirection, NodeClass, NodeId, type BrowseDescriptionOptions, type ReferenceDescription } from "node-opcua";
import { Refused } from "./refused.js";
import type { Server } from "./server.js";

/** An object on the way from the start to a variable. */
export interface Place {
  readonly name: string;
  /** NodeId of its type. */
  readonly type: string;
}

/** A variable that is no property. NodeIds are those of this session. */
export interface Found {
  readonly nodeId: string;
  readonly name: string;
  /** The objects above it; a variable above it is part of its name. */
  readonly path: readonly Place[];
  /** NodeIds of its properties by name. */
  readonly properties: Map<string, string>;
}

export interface WalkOptions {
  /** More than these are not walked through: whoever asks is told, and no half answer is made. */
  readonly maxNodes: number;
  readonly progress: (nodes: number, variables: number) => void;
}

export const objectsFolder = "ns=0;i=85";
const serverObject = "ns=0;i=2253";
const hasProperty = "ns=0;i=46";
const nodesAtOnce = 200;

/** The hierarchical references of a node to objects and variables (Part 3, 7.3). */
export function downwards(nodeId: string): BrowseDescriptionOptions {
  return {
    nodeId, browseDirection: BrowseDirection.Forward, referenceTypeId: "HierarchicalReferences", includeSubtypes: true,
    nodeClassMask: NodeClass.Object | NodeClass.Variable, resultMask: 0x3f,
  };
}

interface Open {
  readonly nodeId: string;
  readonly path: readonly Place[];
  readonly variable?: Found;
}

/**
 * All variables below a node, each once, the nearest first: an address space is a graph, in which a node can be reached on many ways and lie below itself.
 * The server's own object, the standard's nodes and properties are no signals of a plant.
 */
export async function walk(server: Server, start: string, { maxNodes, progress }: WalkOptions): Promise<readonly Found[]> {
  const seen = new Set([start, serverObject]);
  const found: Found[] = [];
  let open: Open[] = [{ nodeId: start, path: [] }];
  while (open.length > 0) {
    const below: Open[] = [];
    for (let from = 0; from < open.length; from += nodesAtOnce) {
      const portion = open.slice(from, from + nodesAtOnce);
      const answers = await server.browse(portion.map(({ nodeId }) => downwards(nodeId)));
      if (answers[0] === undefined && portion[0]?.nodeId === start) throw new Refused("NOT_FOUND", `the server has no node ${start}`);
      for (const [at, references] of answers.entries()) {
        for (const reference of references ?? []) {
          const next = step(portion[at] as Open, reference, server.namespaces);
          if (next === undefined || seen.has(next.nodeId)) continue;
          seen.add(next.nodeId);
          if (seen.size > maxNodes) throw new Refused("INVALID", `there are more than ${maxNodes} nodes; walk through a part with --from NODE, or through more with --max-nodes N`);
          below.push(next);
          if (next.variable !== undefined) found.push(next.variable);
        }
      }
      progress(seen.size, found.length);
    }
    open = below;
  }
  return found;
}

/** Where a reference leads; a property is noted at its variable and leads nowhere. */
function step(from: Open, reference: ReferenceDescription, namespaces: readonly string[]): Open | undefined {
  const nodeId = nodeIdOf(reference, namespaces);
  const name = reference.browseName.name;
  if (nodeId === undefined || name === null || name === undefined) return undefined;
  if (isProperty(reference)) {
    from.variable?.properties.set(name, nodeId);
    return undefined;
  }
  if (NodeClass[reference.nodeClass] === "Object") return { nodeId, path: [...from.path, { name, type: reference.typeDefinition.toString() }] };
  if (nodeId.startsWith("ns=0;")) return undefined;
  return { nodeId, path: from.path, variable: { nodeId, name: from.variable === undefined ? name : `${from.variable.name}-${name}`, path: from.path, properties: new Map() } };
}

/** The same for variables that somebody named. */
export async function found(server: Server, nodeIds: readonly string[]): Promise<Found[]> {
  const answers = await server.browse(nodeIds.map(downwards));
  return nodeIds.map((nodeId, at) => ({
    nodeId, name: nodeId, path: [],
    properties: new Map((answers[at] ?? []).filter(isProperty).flatMap((reference) => {
      const property = nodeIdOf(reference, server.namespaces);
      return property === undefined ? [] : [[reference.browseName.name ?? "", property]];
    })),
  }));
}

function isProperty(reference: ReferenceDescription): boolean {
  return reference.referenceTypeId.toString() === hasProperty;
}

/** @returns undefined for a node of another server. */
export function nodeIdOf({ nodeId }: ReferenceDescription, namespaces: readonly string[]): string | undefined {
  if (nodeId.serverIndex > 0) return undefined;
  const index = nodeId.namespaceUri ? namespaces.indexOf(nodeId.namespaceUri) : nodeId.namespace;
  return index < 0 ? undefined : new NodeId(nodeId.identifierType, nodeId.value, index).toString();
}
