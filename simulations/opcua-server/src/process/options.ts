import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  readonly data: string;
  readonly ports: EndpointPorts;
  /** null: as ports.json says. */
  readonly plantPort: number | null;
  readonly exitWithStdin: boolean;
}

/** Where the plant's endpoints listen: each on its own port where it is given one, else one after the other from the first. */
export class EndpointPorts {
  /** @param first 0: any free ones. */
  constructor(readonly first: number, private readonly named: ReadonlyMap<string, number> = new Map()) {}

  get names(): readonly string[] {
    return [...this.named.keys()];
  }

  /** @param place of the endpoint among the plant's. */
  of(endpoint: string | null, place: number): number {
    return (endpoint === null ? undefined : this.named.get(endpoint)) ?? (this.first === 0 ? 0 : this.first + place);
  }
}

const usage = "Usage: node main.js [--data DIR] [--port N] [--port ENDPOINT=N]... [--plant-port N] [--exit-with-stdin]";

/** @throws Error with one sentence and the usage. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string", default: "./data" },
        port: { type: "string", multiple: true, default: ["4840"] },
        "plant-port": { type: "string" },
        "exit-with-stdin": { type: "boolean", default: false },
      },
    });
    return {
      data: resolve(values.data),
      ports: portsOf(values.port),
      plantPort: values["plant-port"] === undefined ? null : portOf("--plant-port", values["plant-port"], 1),
      exitWithStdin: values["exit-with-stdin"],
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}. ${usage}`);
  }
}

function portsOf(given: readonly string[]): EndpointPorts {
  let first = 4840;
  const named = new Map<string, number>();
  for (const text of given) {
    const at = text.indexOf("=");
    if (at < 0) first = portOf("--port", text, 0);
    else if (at === 0) throw new Error(`--port ${text} names no endpoint before the =`);
    else named.set(text.slice(0, at), portOf(`--port ${text.slice(0, at + 1)}`, text.slice(at + 1), 0));
  }
  return new EndpointPorts(first, named);
}

function portOf(option: string, text: string, lowest: number): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < lowest || port > 65535) throw new Error(`${option} ${text} is not a port from ${lowest} to 65535`);
  return port;
}
