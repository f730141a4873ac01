import { resolve } from "node:path";
import { parseArgs } from "node:util";

export interface Options {
  readonly data: string;
  readonly ports: EndpointPorts;
  readonly source: SourceOptions;
  readonly exitWithStdin: boolean;
}

/** What is shown: a plant at its socket (null: as ports.json says), or a recording. */
export type SourceOptions =
  | { readonly kind: "plant"; readonly port: number | null }
  | { readonly kind: "recording"; readonly file: string; readonly map: string; readonly speed: number; readonly loop: boolean };

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

const usage = `Usage: node main.js [--data DIR] [--port N] [--port ENDPOINT=N]... [--exit-with-stdin] [--plant-port N]
       node main.js [--data DIR] [--port N] [--exit-with-stdin] --replay FILE.csv --map MAP.json [--speed N] [--loop]`;
const fastest = 1_000_000;

/** @throws Error with one sentence and the usage. */
export function parseOptions(args: readonly string[]): Options {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: "string", default: "./data" },
        port: { type: "string", multiple: true, default: ["4840"] },
        "plant-port": { type: "string" },
        replay: { type: "string" },
        map: { type: "string" },
        speed: { type: "string" },
        loop: { type: "boolean" },
        "exit-with-stdin": { type: "boolean", default: false },
      },
    });
    return {
      data: resolve(values.data),
      ports: portsOf(values.port),
      source: sourceOf(values),
      exitWithStdin: values["exit-with-stdin"],
    };
  } catch (error) {
    throw new Error(`${(error as Error).message}.\n${usage}`);
  }
}

interface SourceValues {
  readonly "plant-port"?: string | undefined;
  readonly replay?: string | undefined;
  readonly map?: string | undefined;
  readonly speed?: string | undefined;
  readonly loop?: boolean | undefined;
}

function sourceOf({ "plant-port": plantPort, replay, map, speed, loop }: SourceValues): SourceOptions {
  if (replay === undefined) {
    const stray = Object.entries({ map, speed, loop }).find(([, value]) => value !== undefined);
    if (stray !== undefined) throw new Error(`--${stray[0]} belongs to --replay FILE.csv, which is missing`);
    return { kind: "plant", port: plantPort === undefined ? null : portOf("--plant-port", plantPort, 1) };
  }
  if (map === undefined) throw new Error("--replay needs --map MAP.json, which says what the recording's columns are");
  if (plantPort !== undefined) throw new Error("--plant-port and --replay do not go together: values come from a plant or from a recording");
  const times = Number(speed ?? 1);
  if (!(times > 0 && times <= fastest)) throw new Error(`--speed ${speed} is not a number above 0 and up to ${fastest}`);
  return { kind: "recording", file: resolve(replay), map: resolve(map), speed: times, loop: loop === true };
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
