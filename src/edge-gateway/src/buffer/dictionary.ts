import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "./files.js";

/** Names of signals by number, for the life of a buffer: a number is never used for another signal. */
export interface Dictionary {
  readonly bufferId: string;
  /** Signal number n stands at index n - 1. */
  readonly signals: readonly string[];
}

/** Reads the dictionary of a buffer folder and adds the signals it does not know. */
export async function openDictionary(folder: string, ids: readonly string[], hasSegments: boolean): Promise<Dictionary> {
  const path = join(folder, "dictionary.json");
  let known: Dictionary;
  try {
    known = JSON.parse(await readFile(path, "utf8")) as Dictionary;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(`${path} cannot be read (${(error as Error).message}); without it the buffered samples have no names. Restore the file, or move ${folder} away to start an empty buffer.`);
    }
    if (hasSegments) {
      throw new Error(`${path} is missing, but there are buffered samples beside it. Restore the file, or move ${folder} away to start an empty buffer.`);
    }
    known = { bufferId: randomUUID(), signals: [] };
  }
  const present = new Set(known.signals);
  const added = ids.filter((id) => !present.has(id));
  const dictionary = { bufferId: known.bufferId, signals: [...known.signals, ...added] };
  if (added.length > 0 || known.signals.length === 0) await replaceFile(path, JSON.stringify(dictionary));
  return dictionary;
}
