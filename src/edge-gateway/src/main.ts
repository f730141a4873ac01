import "./console-on-stderr.js";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultBufferOptions } from "./buffer/durable-buffer.js";
import { logToStderr as log } from "./log.js";
import { pkiOf, trust } from "./opcua/trust-list.js";
import { parseOptions, usage, type Options } from "./options.js";
import { readPlant, type Plant } from "./plant/definition.js";

/** A stop has to be done within this time, whatever a server or the core does. */
const stopMs = 900;

async function main(): Promise<void> {
  let options: Options;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    fail(2, `${(error as Error).message}\n${usage}`);
  }
  if (options.kind === "help") {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const data = resolve(options.data);
  const pki = pkiOf(join(data, "gateway", "pki"));
  if (options.kind === "trust") {
    process.stdout.write(`${await trust(pki, options.certificate)}\n`);
    return;
  }
  let close = (): Promise<void> => Promise.resolve();
  let stopping = false;
  const stop = (why: string): void => {
    if (stopping) return;
    stopping = true;
    log("info", `ends: ${why}`);
    setTimeout(() => process.exit(0), stopMs).unref();
    close().then(() => process.exit(0), (error: Error) => fail(1, error.message));
  };
  process.on("SIGTERM", () => stop("SIGTERM"));
  process.on("SIGINT", () => stop("SIGINT"));
  if (options.exitWithStdin) {
    process.stdin.on("end", () => stop("standard input was closed"));
    process.stdin.on("error", () => stop("standard input was closed"));
    process.stdin.resume();
  }

  const plant = await loadPlant(options.plant, options.endpoints);
  const main = fileURLToPath(import.meta.url);
  // Only now, since node-opcua takes a second to load: whoever mistyped an option need not wait for it.
  const { Gateway } = await import("./gateway.js");
  const gateway = await Gateway.start({
    data, plant, core: options.core, trust: options.trust,
    buffer: { ...defaultBufferOptions, maxBytes: options.bufferMegabytes * 1024 * 1024, segmentBytes: Math.min(defaultBufferOptions.segmentBytes, options.bufferMegabytes * 1024 * 256) },
    drainRowsPerSecond: options.drainRowsPerSecond,
    trustCommand: (thumbprint) => `node ${main} trust --data ${data} ${thumbprint}`,
  }, log);
  close = () => gateway.stop();
  gateway.buffer.onFailure = (error) => fail(1, error.message);
  process.stdout.write(`${JSON.stringify({ ready: true, port: 0, certificate: pki.certificateFile, signals: plant.signals.length })}\n`);
}

async function loadPlant(path: string, urls: ReadonlyMap<string, string>): Promise<Plant> {
  const bytes = await readFile(path).catch((error: Error) => fail(2, `the plant definition ${path} cannot be read: ${error.message}`));
  const result = readPlant(bytes);
  if (result.kind === "faults") fail(2, `the plant definition ${path} is wrong:\n${result.faults.map((fault) => `  ${fault}`).join("\n")}`);
  const names = result.plant.endpoints.map((endpoint) => endpoint.name);
  for (const name of urls.keys()) if (!names.includes(name)) fail(2, `--endpoint ${name}: the plant definition has only ${names.join(", ")}`);
  return { ...result.plant, endpoints: result.plant.endpoints.map((endpoint) => ({ ...endpoint, url: urls.get(endpoint.name) ?? endpoint.url })) };
}

function fail(code: number, text: string): never {
  process.stderr.write(`edge-gateway: ${text}\n`);
  process.exit(code);
}

main().catch((error: Error) => fail(1, error.message));
