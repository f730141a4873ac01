import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  readonly data: string;
  readonly port: number;
  /** null: as ports.json says. */
  readonly plantPort: number | null;
  readonly exitWithStdin: boolean;
}

const usage = "Usage: node main.js [--data DIR] [--port N] [--plant-port N] [--exit-with-stdin]";

/** @throws Error with one sentence and the usage. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string", default: "./data" },
        port: { type: "string", default: "4840" },
        "plant-port": { type: "string" },
        "exit-with-stdin": { type: "boolean", default: false },
      },
    });
    return {
      data: resolve(values.data),
      port: portOf("--port", values.port, 0),
      plantPort: values["plant-port"] === undefined ? null : portOf("--plant-port", values["plant-port"], 1),
      exitWithStdin: values["exit-with-stdin"],
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}. ${usage}`);
  }
}

function portOf(option: string, text: string, lowest: number): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < lowest || port > 65535) throw new Error(`${option} ${text} is not a port from ${lowest} to 65535`);
  return port;
}
