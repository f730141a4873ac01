/**
 * What each node was when it was first monitored. A NodeId says which node is meant, but a server whose project was built anew may give
 * the same one to another variable; its BrowseName and DataType tell. Kept in a file, so that a restart of both ends in one night is seen too.
 */
import { readFile } from "node:fs/promises";
import { AttributeIds, DataType, type DataValue, type ClientSession, type NodeId, type QualifiedName } from "node-opcua";
import { replaceFile } from "../buffer/files.js";

export interface NodeIdentity {
  readonly browseName: string;
  readonly dataType: string;
}

export class KnownNodes {
  constructor(readonly file: string) {}

  /** Remembers the nodes that are new. @returns for each node that is not what it was: what changed. */
  async compare(seen: ReadonlyMap<string, NodeIdentity>): Promise<Map<string, string>> {
    // Read each time: whoever removes the file has the nodes accepted as they are, without a restart.
    const known = await this.#read();
    const changed = new Map<string, string>();
    let news = false;
    for (const [node, is] of seen) {
      const was = known.get(node);
      if (was === undefined) {
        known.set(node, is);
        news = true;
      } else if (was.browseName !== is.browseName || was.dataType !== is.dataType) {
        changed.set(node, `was ${was.browseName} of type ${was.dataType}, is now ${is.browseName} of type ${is.dataType}; it is not monitored, so that nothing reaches the wrong signal. If that is meant, remove ${this.file}`);
      }
    }
    if (news) await replaceFile(this.file, JSON.stringify(Object.fromEntries(known), undefined, 1));
    return changed;
  }

  async #read(): Promise<Map<string, NodeIdentity>> {
    try {
      return new Map(Object.entries(JSON.parse(await readFile(this.file, "utf8")) as Record<string, NodeIdentity>));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw new Error(`${this.file} cannot be read (${(error as Error).message}); restore it, or remove it to take the server's nodes as they are now`);
    }
  }
}

/** Reads what the nodes are; one that the server does not tell is left out. */
export async function identitiesOf(
  session: ClientSession, nodes: readonly { readonly node: string; readonly nodeId: string }[], namespaces: readonly string[], nodesPerRead: number,
): Promise<Map<string, NodeIdentity>> {
  const wanted = nodes.flatMap(({ nodeId }) => [{ nodeId, attributeId: AttributeIds.BrowseName }, { nodeId, attributeId: AttributeIds.DataType }]);
  const values: DataValue[] = [];
  for (let from = 0; from < wanted.length; from += nodesPerRead) values.push(...(await session.read(wanted.slice(from, from + nodesPerRead))));
  const identities = new Map<string, NodeIdentity>();
  nodes.forEach(({ node }, index) => {
    const [name, type] = values.slice(2 * index, 2 * index + 2);
    if (name?.statusCode.isGood() !== true || type?.statusCode.isGood() !== true) return;
    const { namespaceIndex, name: text } = name.value.value as QualifiedName;
    identities.set(node, { browseName: `"${text}" (${namespaces[namespaceIndex] ?? namespaceIndex})`, dataType: typeName(type.value.value as NodeId, namespaces) });
  });
  return identities;
}

function typeName(type: NodeId, namespaces: readonly string[]): string {
  const builtIn = type.namespace === 0 && typeof type.value === "number" ? DataType[type.value] : undefined;
  return builtIn ?? `${String(type.value)} (${namespaces[type.namespace] ?? type.namespace})`;
}
