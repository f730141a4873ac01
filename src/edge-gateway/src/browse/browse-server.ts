import { AttributeIds } from "node-opcua";
import { nodeText, resolveNode } from "../opcua/nodes.js";
import { browseName } from "./data-types.js";
import { draft, type Draft, type DraftVariable } from "./draft.js";
import { Refused } from "./refused.js";
import { withServer, type Access, type Address, type Server } from "./server.js";
import { describe, type VariableFacts } from "./variables.js";
import { objectsFolder, walk, type Found } from "./walk.js";

export interface BrowseOptions {
  /** ExpandedNodeId with namespace URI of where to begin; without it the Objects folder. */
  readonly from?: string;
  readonly maxNodes: number;
  readonly progress: (text: string) => void;
}

/** Walks through a server and writes down what it shows. */
export function browseServer(address: Address, access: Access, options: BrowseOptions, timeZone: string, stop: AbortSignal): Promise<Draft> {
  return withServer(address, access, stop, async (server, securityPolicy) => {
    const start = options.from === undefined ? objectsFolder : resolveNode(options.from, server.namespaces);
    if (start === undefined) throw new Refused("NOT_FOUND", `the server has no namespace for --from ${options.from}; it has ${server.namespaces.join(", ")}`);
    const found = await walkThrough(server, start, options);
    if (found.length === 0) throw new Refused("NOT_FOUND", `there is no variable below ${options.from ?? "the Objects folder"} that ${address.userName} can see`);
    const facts = await describeAll(server, found, options.progress);
    const types = await typeNames(server, found);
    const variables = found.flatMap((variable, at): DraftVariable[] => {
      const known = facts[at];
      if (known === undefined) return []; // gone while we looked
      return [{
        ...known, name: variable.name, node: nodeText(variable.nodeId, server.namespaces), namespaceUri: namespaceOf(variable.nodeId, server.namespaces),
        path: variable.path.map(({ name, type }) => ({ name, type: types.get(type) ?? type })),
      }];
    });
    return draft(variables, { url: address.url, securityPolicy, userName: address.userName }, timeZone);
  });
}

export function walkThrough(server: Server, start: string, { maxNodes, progress }: BrowseOptions): Promise<readonly Found[]> {
  return walk(server, start, { maxNodes, progress: (nodes, variables) => progress(`${nodes} nodes seen, ${variables} variables`) });
}

const describedAtOnce = 500;

/** In portions, so that somebody who waits sees how far it is. */
export async function describeAll(server: Server, found: readonly Found[], progress: (text: string) => void): Promise<(VariableFacts | undefined)[]> {
  const facts: (VariableFacts | undefined)[] = [];
  while (facts.length < found.length) {
    facts.push(...(await describe(server, found.slice(facts.length, facts.length + describedAtOnce))));
    progress(`${facts.length} of ${found.length} variables read`);
  }
  return facts;
}

async function typeNames(server: Server, found: readonly Found[]): Promise<ReadonlyMap<string, string>> {
  const types = [...new Set(found.flatMap(({ path }) => path.map(({ type }) => type)))];
  const names = await server.read(types.map((nodeId) => ({ nodeId, attributeId: AttributeIds.BrowseName })));
  return new Map(types.map((type, at) => [type, browseName(names[at]) ?? type]));
}

function namespaceOf(nodeId: string, namespaces: readonly string[]): string {
  return namespaces[Number(/^ns=(\d+);/.exec(nodeId)?.[1] ?? 0)] ?? "";
}
