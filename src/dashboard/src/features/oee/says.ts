import type { Stop } from "../../lib/api/types";
import { shellWord } from "../../lib/view/saying";

/** What a person can say about a stop; the same on the page, over HTTP and on the command line. */
export type Saying =
  | { readonly verb: "code"; readonly reason: string; readonly note: string }
  | { readonly verb: "split"; readonly at: string }
  | { readonly verb: "undo" };

export const pathOf = (stop: Stop, saying: Saying): string => `/stops/${encodeURIComponent(stop.id)}/${saying.verb}`;

export function bodyOf(saying: Saying, by: string): Readonly<Record<string, string>> {
  switch (saying.verb) {
    case "code": return { reason: saying.reason, note: saying.note, by };
    case "split": return { at: saying.at, by };
    case "undo": return { by };
    default: return saying satisfies never;
  }
}

/** The line that does the same in a shell. */
export function commandLine(stop: Stop, saying: Saying, by: string): string {
  const line = ["twin stop", saying.verb, shellWord(stop.id)];
  if (saying.verb === "code") line.push(shellWord(saying.reason === "" ? "REASON" : saying.reason), ...(saying.note.trim() === "" ? [] : ["--note", shellWord(saying.note.trim())]));
  if (saying.verb === "split") line.push("--at", saying.at);
  return [...line, ...(by.trim() === "" ? [] : ["--by", shellWord(by.trim())])].join(" ");
}
