/** One object node above the variables: `Cell1.Robot` lies in `Cell1` and is called `Robot`. */
export interface Folder {
  readonly id: string;
  readonly parent: string | null;
  readonly name: string;
}

export function parentOf(id: string): string | null {
  const dot = id.lastIndexOf(".");
  return dot < 0 ? null : id.slice(0, dot);
}

export function nameOf(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

/**
 * The objects that the dots of the variables' identifiers imply, parents before children.
 * One identifier cannot be a variable and a folder at once: a node has one node class (Part 3 §5.2.3).
 */
export function foldersOf(variables: readonly string[]): Folder[] {
  const folders = new Map<string, Folder>();
  const add = (id: string): void => {
    if (folders.has(id)) return;
    const parent = parentOf(id);
    if (parent !== null) add(parent);
    folders.set(id, { id, parent, name: nameOf(id) });
  };
  const seen = new Set<string>();
  for (const id of variables) {
    if (id.split(".").includes("")) throw new Error(`the identifier "${id}" has an empty part; write it as names joined by single dots`);
    if (seen.has(id)) throw new Error(`the identifier "${id}" is announced twice`);
    seen.add(id);
    const parent = parentOf(id);
    if (parent !== null) add(parent);
  }
  for (const id of variables) if (folders.has(id)) throw new Error(`the identifier "${id}" is a variable and the folder of another one`);
  return [...folders.values()];
}
