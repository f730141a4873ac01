import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Replaces a small file so that after a power cut either the old or the new content is there, whole. */
export async function replaceFile(path: string, content: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  await writeWhole(temporary, content);
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** The file is on disk when this resolves; its name may not be. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names that were created, renamed or removed in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** No room on the disk, or none left of what this user may have. */
export function isFull(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOSPC" || code === "EDQUOT";
}

/** @throws the error where it is another one. */
export function ignoreFull(error: Error): void {
  if (!isFull(error)) throw error;
}
