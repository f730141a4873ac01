import type { Twin } from "../../lib/api/types";
import { type TreeNode, find } from "../../lib/plant/tree";

/** `before` and `after` as the plant definition lists the stations of a line, which is the way of the material. */
export type Relation = "above" | "before" | "beside" | "after" | "below";
export interface Neighbour { readonly relation: Relation; readonly twin: Twin }

/** What stands within two steps of a twin: what it is in, the stations on either side, the machines beside it, and what it is made of. */
export function neighbours(tree: readonly TreeNode[], id: string): readonly Neighbour[] {
  const node = find(tree, id);
  if (node === undefined) return [];
  const parent = node.twin.parent === null ? undefined : find(tree, node.twin.parent);
  const station = node.twin.kind === "station" ? node : node.twin.kind === "machine" ? parent : undefined;
  const line = station?.twin.parent == null ? undefined : find(tree, station.twin.parent);
  const place = station === undefined ? -1 : line?.children.findIndex((each) => each.twin.id === station.twin.id) ?? -1;
  const as = (relation: Relation, nodes: readonly (TreeNode | undefined)[]): Neighbour[] => nodes.flatMap((each) => (each === undefined ? [] : [{ relation, twin: each.twin }]));
  return [
    ...as("above", [parent]),
    ...as("before", place > 0 ? [line?.children[place - 1]] : []),
    ...as("beside", node.twin.kind === "machine" ? (parent?.children ?? []).filter((each) => each.twin.id !== id) : []),
    ...as("after", place >= 0 ? [line?.children[place + 1]] : []),
    ...as("below", node.children),
  ];
}
