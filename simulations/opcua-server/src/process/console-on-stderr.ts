import { Console } from "node:console";
import { Writable } from "node:stream";
import { log } from "./log.js";

/**
 * Standard output carries the ready line alone, and node-opcua warns with console.log, at import already:
 * this module is imported before it, and gives the library's lines the form of ours.
 */
const asWarnings = new Writable({
  decodeStrings: false,
  write: (text: string, _encoding, done) => {
    for (const line of text.split("\n")) if (line.trim() !== "") log("warn", `node-opcua: ${line.trim()}`);
    done();
  },
});
globalThis.console = new Console({ stdout: asWarnings, stderr: asWarnings, colorMode: false });
