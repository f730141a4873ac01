import { spawnSync } from "node:child_process";
import { closeSync, openSync, writeSync } from "node:fs";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./folder.js";

/** Only root may mount; the reason stands in the test's name where it is skipped. */
export const canMount = process.getuid?.() === 0 && spawnSync("mount", ["--version"]).status === 0;

/** A disk of its own for one test, in memory. */
export function smallDisk(megabytes: number): string {
  const folder = temporaryFolder();
  const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount tmpfs: ${stderr}`);
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
  return folder;
}

/** Takes all the room that is left. */
export function fillUp(file: string): void {
  const handle = openSync(file, "a");
  try {
    while (true) writeSync(handle, new Uint8Array(4096)); // a write for which there is not enough room writes what fits
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(handle);
  }
}
