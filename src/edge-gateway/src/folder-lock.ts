import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The process that holds the folder: a number alone may belong to another program by now, number and start time do not. */
interface Holder {
  readonly pid: number;
  /** Clock ticks since boot, as /proc tells it. */
  readonly started: string;
}

/**
 * Takes a folder for this process alone: two gateways on one buffer would give the same sequence twice. The lock of a process that was
 * killed is taken over.
 * @returns gives it back. @throws Error with one sentence when another gateway has it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "lock");
  const text = JSON.stringify({ pid: process.pid, started: (await startOf(process.pid)) ?? "" } satisfies Holder);
  await take(path, text, folder);
  return async () => {
    if ((await readFile(path, "utf8").catch(ignoreMissing)) === text) await unlink(path);
  };
}

/** Replaces the lock of an ended holder under a lock of its own, named for that holder: of many that find it, one replaces it, once. */
async function take(path: string, text: string, folder: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await writeFile(aside, text, { mode: 0o600 });
  try {
    while (!(await placed(aside, path))) {
      const found = await readFile(path, "utf8").catch(ignoreMissing);
      if (found === undefined) continue;
      const holder = holderIn(found);
      if (holder !== undefined && (await startOf(holder.pid)) === holder.started) {
        throw new Error(`${folder} is in use by another edge gateway (process ${holder.pid}); end that one, or give this one a folder of its own with --data`);
      }
      const takeover = `${path}.${holder?.pid ?? "unknown"}`;
      await take(takeover, text, folder);
      try {
        if ((await readFile(path, "utf8").catch(ignoreMissing)) === found) return await rename(aside, path);
      } finally {
        await unlink(takeover);
      }
    }
  } finally {
    await unlink(aside).catch(ignoreMissing);
  }
}

/** A link appears whole or not at all, and only if nobody was faster. */
async function placed(aside: string, path: string): Promise<boolean> {
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

function holderIn(text: string): Holder | undefined {
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined; // not written by a gateway: those place it whole
  }
}

/** proc(5): after the name in parentheses come the state and, 19 fields on, the start time. A zombie has ended. */
async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return fields[0] === "Z" ? undefined : fields[19];
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
