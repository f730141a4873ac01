/** Writes the protocol files that the solver was built with into a folder: they are inside its runtime. `npm run schemas` after a change of its version. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadRuntime } from "./runtime.js";

export async function readSchemas(runtimeFolder: URL): Promise<Record<"cp_model.proto" | "sat_parameters.proto", string>> {
  const runtime = await loadRuntime(runtimeFolder, 256, () => undefined);
  return {
    "cp_model.proto": runtime.ccall("get_cp_model_schema", "string", [], []),
    "sat_parameters.proto": runtime.ccall("get_sat_parameters_schema", "string", [], []),
  };
}

const [, script, folder] = process.argv;
if (script !== undefined && folder !== undefined && import.meta.url === pathToFileURL(script).href) {
  const schemas = await readSchemas(new URL("./runtime/", import.meta.url));
  for (const [name, text] of Object.entries(schemas)) writeFileSync(join(folder, name), text);
  process.exit(0); // the runtime keeps threads waiting
}
