import "./process/console-on-stderr.js";
import { log } from "./process/log.js";
import { parseOptions, type Options } from "./process/options.js";
import { announcePort, readPort } from "./process/ports-file.js";
import type { PlantListener, PlantSource } from "./plant/plant-source.js";

const exitCodes = { failed: 1, usage: 2, plantChanged: 75 } as const;
/** A client that does not let go must not keep the process: its parent expects the end within a second. */
const longestGoodbyeMilliseconds = 700;

async function main(): Promise<void> {
  const options = optionsOrExit();
  let close = (): Promise<void> => Promise.resolve();
  const end = (): void => {
    setTimeout(() => process.exit(0), longestGoodbyeMilliseconds).unref();
    close().then(() => process.exit(0), () => process.exit(0));
  };
  process.once("SIGTERM", end).once("SIGINT", end);
  if (options.exitWithStdin) process.stdin.once("end", end).once("error", end).resume();

  const makeSource = await sourceOf(options);
  const { OpcuaPlant, PlantChanged } = await import("./opcua-plant.js"); // node-opcua takes a second to load: the lines above do not wait for it
  const plant = new OpcuaPlant({
    data: options.data,
    ports: options.ports,
    source: makeSource,
    ready: async (endpoints) => {
      const [{ port, certificateFile }] = endpoints;
      const named = endpoints.flatMap(({ name, port }): [string, number][] => (name === null ? [] : [[name, port]]));
      await announcePort(options.data, "opcua", port);
      for (const [name, port] of named) await announcePort(options.data, `opcua.${name}`, port);
      process.stdout.write(JSON.stringify({ ready: true, port, certificate: certificateFile, ...(named.length > 0 ? { endpoints: Object.fromEntries(named) } : {}) }) + "\n");
    },
    log: (text) => log("info", text),
  });
  close = () => plant.close();
  try {
    await plant.run();
  } catch (error) {
    log("error", sentenceFor(error as NodeJS.ErrnoException, options));
    process.exit(error instanceof PlantChanged ? exitCodes.plantChanged : exitCodes.failed);
  }
}

/** A recording is looked at before anything is started: what does not fit is refused at once. */
async function sourceOf({ data, source }: Options): Promise<(listener: PlantListener) => PlantSource> {
  const say = (text: string): void => log("info", text);
  if (source.kind === "plant") {
    const { PlantLink } = await import("./plant/plant-link.js");
    return (listener) => new PlantLink(() => (source.port === null ? readPort(data, "plant") : Promise.resolve(source.port)), listener, say);
  }
  const { openRecording } = await import("./replay/open-recording.js");
  const opened = await openRecording(source.file, source.map);
  if (opened.kind === "refused") {
    log("error", opened.why);
    process.exit(exitCodes.usage);
  }
  const { Replay } = await import("./replay/replay.js");
  return (listener) => new Replay(opened.recording, listener, { name: opened.name, speed: source.speed, loop: source.loop, log: say });
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    log("error", (error as Error).message);
    process.exit(exitCodes.usage);
  }
}

function sentenceFor(error: NodeJS.ErrnoException, options: Options): string {
  if (["EACCES", "EROFS", "EPERM", "EEXIST", "ENOTDIR", "ENOSPC"].includes(error.code ?? "")) return `The OPC UA server cannot write to ${error.path ?? options.data} (${error.code}); give this user write access to it, or name another folder with --data.`;
  return error.message;
}

await main();
