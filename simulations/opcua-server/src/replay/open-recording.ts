import { readFile } from "node:fs/promises";
import { Recording, RecordingRefused } from "./recording.js";
import { readMap } from "./replay-map.js";

export type Opened =
  | { readonly kind: "opened"; readonly name: string; readonly recording: Recording }
  | { readonly kind: "refused"; readonly why: string };

export async function openRecording(file: string, mapFile: string): Promise<Opened> {
  let text: string;
  try {
    text = await readFile(mapFile, "utf8");
  } catch (error) {
    return { kind: "refused", why: `The map ${mapFile} cannot be read (${(error as Error).message}); name another one with --map.` };
  }
  const reading = readMap(text);
  if (reading.kind === "faults") return { kind: "refused", why: `The map ${mapFile} is wrong:\n${reading.faults.map((fault) => `  ${fault}`).join("\n")}` };
  try {
    return { kind: "opened", name: reading.map.name, recording: await Recording.open(file, reading.map, Date.now() * 1000) };
  } catch (error) {
    if (error instanceof RecordingRefused) return { kind: "refused", why: error.message };
    throw error;
  }
}
