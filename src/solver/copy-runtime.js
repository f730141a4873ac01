// Of or-tools-wasm (318 MB: all solvers of OR-Tools, for browsers too) the worker needs two files, 12 MB, and their licence.
// They are put beside it, so that `dist` runs without node_modules.
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const target = fileURLToPath(new URL("./dist/runtime", import.meta.url));
const installed = fileURLToPath(new URL("../../node_modules/or-tools-wasm", import.meta.url));
mkdirSync(target, { recursive: true });
for (const file of ["LICENSE", "build/javascript/node-wasm/cp_sat_runtime_node_asyncify.js", "build/javascript/node-wasm/cp_sat_runtime_node_asyncify.wasm"])
  copyFileSync(join(installed, file), join(target, file.slice(file.lastIndexOf("/") + 1)));
