/**
 * The NodeId of this session for an ExpandedNodeId with a namespace URI. Indexes move when a server restarts,
 * so the answer holds for one session only and is never stored (OPC UA Part 4, 5.6.2; Part 5, 6.3.2).
 */
export function resolveNode(node: string, namespaceArray: readonly string[]): string | undefined {
  const match = /^nsu=([^;]+);(.+)$/.exec(node);
  if (match === null) return undefined;
  const index = namespaceArray.indexOf((match[1] as string).replaceAll("%3B", ";").replaceAll("%25", "%"));
  return index < 0 ? undefined : `ns=${index};${match[2]}`;
}

/** The reverse: a NodeId of this session with the URI of its namespace in place of the index. */
export function nodeText(nodeId: string, namespaceArray: readonly string[]): string {
  const match = /^ns=(\d+);(.+)$/s.exec(nodeId);
  const uri = match === null ? undefined : namespaceArray[Number(match[1])];
  if (match === null || uri === undefined) throw new Error(`${nodeId} is in none of the server's ${namespaceArray.length} namespaces`);
  return `nsu=${uri.replaceAll("%", "%25").replaceAll(";", "%3B")};${match[2]}`;
}
