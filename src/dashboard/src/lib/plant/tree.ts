import type { Twin } from "../api/types";

/** ISA-95 equipment hierarchy: a twin with those below it, in the order the host lists them. */
export interface TreeNode { readonly twin: Twin; readonly children: readonly TreeNode[] }

/** Equipment only. A twin whose parent is missing stands at the top rather than disappearing. */
export function equipmentTree(twins: Iterable<Twin>): readonly TreeNode[] {
  const equipment = [...twins].filter((twin) => twin.kind !== "workOrder");
  const known = new Set(equipment.map((twin) => twin.id));
  const byParent = new Map<string, Twin[]>();
  const roots: Twin[] = [];
  for (const twin of equipment) {
    if (twin.parent === null || !known.has(twin.parent)) roots.push(twin);
    else byParent.set(twin.parent, [...(byParent.get(twin.parent) ?? []), twin]);
  }
  const build = (twin: Twin): TreeNode => ({ twin, children: (byParent.get(twin.id) ?? []).map(build) });
  return roots.map(build);
}

export function* descendants(node: TreeNode): Generator<TreeNode> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}

export function find(roots: readonly TreeNode[], id: string): TreeNode | undefined {
  for (const root of roots) for (const node of descendants(root)) if (node.twin.id === id) return node;
  return undefined;
}

/** True when `id` is `ancestor` or below it. */
export const isWithin = (id: string, ancestor: string): boolean => id === ancestor || id.startsWith(`${ancestor}.`);
