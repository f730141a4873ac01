import { isEndpointUrl } from "./plant/definition.js";

export type Options =
  | { readonly kind: "run"; readonly data: string; readonly plant: string; readonly core: string; readonly endpoints: ReadonlyMap<string, string>; readonly trust: readonly string[]; readonly bufferMegabytes: number; readonly drainRowsPerSecond: number; readonly exitWithStdin: boolean }
  | { readonly kind: "trust"; readonly data: string; readonly certificate: string }
  | { readonly kind: "help" };

export const usage = `usage: edge-gateway --plant FILE [--data DIR] [--core URL] [--endpoint NAME=URL]... [--trust CERTFILE]... [--buffer-megabytes N] [--drain-rows-per-second N] [--exit-with-stdin]
       edge-gateway trust [--data DIR] CERTFILE|THUMBPRINT`;

/** @throws Error with one sentence on what is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const rest = [...args];
  const trusting = rest[0] === "trust";
  if (trusting) rest.shift();
  let data = "./data";
  let plant: string | undefined;
  let core = "wss://127.0.0.1:5443/edge/v1";
  const endpoints = new Map<string, string>();
  const trust: string[] = [];
  let bufferMegabytes = 512;
  let drainRowsPerSecond = 20_000;
  let exitWithStdin = false;
  const certificates: string[] = [];

  const value = (option: string): string => {
    const next = rest.shift();
    if (next === undefined || next.startsWith("--")) throw new Error(`${option} needs a value`);
    return next;
  };
  for (let option = rest.shift(); option !== undefined; option = rest.shift()) {
    if (option === "--help") return { kind: "help" };
    if (option === "--data") data = value(option);
    else if (trusting && !option.startsWith("--")) certificates.push(option);
    else if (trusting) throw new Error(`trust has no option ${option}`);
    else if (option === "--plant") plant = value(option);
    else if (option === "--core") core = value(option);
    else if (option === "--endpoint") {
      const [name, url] = split(value(option));
      if (!isEndpointUrl(url)) throw new Error(`--endpoint ${name}: "${url}" is not of the form opc.tcp://host:port`);
      endpoints.set(name, url);
    } else if (option === "--trust") trust.push(value(option));
    else if (option === "--buffer-megabytes") bufferMegabytes = positive(option, value(option));
    else if (option === "--drain-rows-per-second") drainRowsPerSecond = positive(option, value(option));
    else if (option === "--exit-with-stdin") exitWithStdin = true;
    else throw new Error(`there is no option ${option}`);
  }
  if (trusting) {
    const [certificate] = certificates;
    if (certificate === undefined || certificates.length > 1) throw new Error("trust needs one certificate file or thumbprint");
    return { kind: "trust", data, certificate };
  }
  if (plant === undefined) throw new Error("--plant FILE is missing");
  if (!/^wss:\/\/[^\s/]+(\/\S*)?$/.test(core)) throw new Error(`--core "${core}" is not of the form wss://host:port/path`);
  return { kind: "run", data, plant, core, endpoints, trust, bufferMegabytes, drainRowsPerSecond, exitWithStdin };
}

function split(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at <= 0) throw new Error(`--endpoint "${pair}" is not of the form NAME=opc.tcp://host:port`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new Error(`${option} "${text}" is not a number above 0`);
  return number;
}
