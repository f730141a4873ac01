import { Console } from "node:console";

// Standard output carries the ready line alone, and node-opcua warns with console.log, at import already: this module is imported before it.
globalThis.console = new Console(process.stderr, process.stderr);
