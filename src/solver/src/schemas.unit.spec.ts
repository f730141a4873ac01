import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readSchemas } from "./schemas.js";
import { installedRuntime } from "./testing/compiled.js";

test("the planner is built with the protocol that this version of the solver speaks (if not: npm run schemas)", async () => {
  const schemas = await readSchemas(installedRuntime);
  for (const [name, text] of Object.entries(schemas))
    expect(readFileSync(new URL(`../../DigitalTwin.Planning/CpSat/protos/${name}`, import.meta.url), "utf8") === text, name).toBe(true);
});
