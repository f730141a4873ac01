import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { announcePort } from "./process/ports-file.js";
import { lineNodes } from "./testing/line-nodes.js";
import { until } from "./testing/opcua-client.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";
import { transpiledMain } from "./testing/transpiled.js";

interface Started {
  readonly child: ChildProcessWithoutNullStreams;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

vi.setConfig({ testTimeout: 90_000 });

let program: Awaited<ReturnType<typeof transpiledMain>>;
let data: string;
let plant: ScriptedPlant;
let last: Started | null = null;

// One folder for all: the first process makes its certificate there, which takes a while.
beforeAll(async () => {
  program = await transpiledMain();
  data = await mkdtemp(join(tmpdir(), "opcua-main-"));
});
afterAll(async () => {
  await rm(program.folder, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
});
beforeEach(async () => {
  await rm(join(data, "run"), { recursive: true, force: true });
  plant = await new ScriptedPlant(lineNodes).listen();
});
afterEach(async () => {
  last?.child.kill("SIGKILL");
  await last?.ended;
  last = null;
  await plant.die();
});

/** Bounds here allow for a machine that is busy with other tests. */
const startMilliseconds = 60_000;

function start(...options: string[]): Started {
  const child = spawn(process.execPath, [program.main, "--data", data, ...options]);
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => (out += String(text)));
  child.stderr.on("data", (text) => (err += String(text)));
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return (last = { child, out: () => out, err: () => err, ended });
}

async function startReady(...options: string[]): Promise<Started> {
  const started = start("--port", "0", "--plant-port", String(plant.port), ...options);
  await until(`the ready line (${started.err()})`, () => started.out().includes("\n"), startMilliseconds);
  return started;
}

test("it says in one line where it listens, in ports.json too, and ends cleanly when it is told to", async () => {
  const { out, child, ended } = await startReady();
  const ready = JSON.parse(out()) as { ready: boolean; port: number; certificate: string };
  expect(ready).toEqual({ ready: true, port: expect.any(Number) as number, certificate: join(data, "opcua-server/pki/own/certs/certificate.pem") });
  expect(await readFile(ready.certificate, "utf8")).toContain("BEGIN CERTIFICATE");
  expect(JSON.parse(await readFile(join(data, "run/ports.json"), "utf8"))).toEqual({ opcua: ready.port });
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
  expect(out().trim().split("\n")).toHaveLength(1);
});

test("it waits for the plant that ports.json will name, and ends at once when its parent's pipe closes", async () => {
  const { child, out, err, ended } = start("--port", "0", "--exit-with-stdin");
  await until("it says what it waits for", () => err().includes("no plant is named in ports.json yet"), startMilliseconds);
  await announcePort(data, "plant", plant.port);
  await until("it is ready", () => out().includes('"ready":true'), startMilliseconds);
  const from = performance.now();
  child.stdin.end();
  expect(await ended).toBe(0);
  expect(performance.now() - from).toBeLessThan(5000); // nothing may be left five seconds after the parent is gone
});

test("a busy port is one sentence with cause and cure", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await until("the other program listens", () => other.listening);
  const { port } = other.address() as { port: number };
  const { ended, err, out } = start("--port", String(port), "--plant-port", String(plant.port));
  expect(await ended).toBe(1);
  other.close();
  expect(out()).toBe("");
  expect(err()).toContain(`Port ${port} is in use by another program; end it, or start this server with --port N of a free one.`);
});

test("several endpoints are told by name in the ready line and in ports.json, each on the port it was given", async () => {
  await plant.die();
  plant = await new ScriptedPlant([...lineNodes.map((node) => ({ ...node, endpoint: "body" })), ...lineNodes.map((node) => ({ ...node, endpoint: "paint" }))]).listen();
  const free = createServer().listen(0, "127.0.0.1");
  await until("a free port is found", () => free.listening);
  const { port } = free.address() as { port: number };
  await new Promise((done) => free.close(done));
  const { out, err } = await startReady("--port", `paint=${port}`, "--port", `press=1`);
  const ready = JSON.parse(out()) as { port: number; endpoints: Record<string, number> };
  expect(ready.endpoints).toEqual({ body: ready.port, paint: port });
  expect(JSON.parse(await readFile(join(data, "run/ports.json"), "utf8"))).toEqual({ opcua: ready.port, "opcua.body": ready.port, "opcua.paint": port });
  expect(err()).toContain("--port press=… is of no use: the plant names the endpoints body, paint");
});

test("a data folder that cannot be written is one sentence with cause and cure", async () => {
  const inTheWay = join(data, "a-file");
  await writeFile(inTheWay, "");
  const { ended, err } = start("--port", "0", "--plant-port", String(plant.port), "--data", inTheWay);
  expect(await ended).toBe(1);
  expect(err()).toMatch(/cannot write to .*a-file.*give this user write access to it, or name another folder with --data/);
});

test("a wrong option is refused with the usage", async () => {
  const { ended, err } = start("--prot", "4840");
  expect(await ended).toBe(2);
  expect(err()).toContain("Usage: node main.js");
});

test("a plant that comes back with other nodes ends the process with code 75, for its parent to start it anew", async () => {
  const { ended, err } = await startReady();
  const { port } = plant;
  await plant.die();
  plant = await new ScriptedPlant(lineNodes.slice(1)).listen(port);
  expect(await ended).toBe(75);
  expect(err()).toContain("another list of nodes");
});

describe("a recording", () => {
  const recordings = join(import.meta.dirname, "../../recordings");
  const pump = ["--replay", join(recordings, "pump.csv"), "--map", join(recordings, "pump.map.json")];

  test("is served without a plant, and the process ends when it is told to", async () => {
    const { out, err, child, ended } = start("--port", "0", ...pump);
    await until(`the ready line (${err()})`, () => out().includes("\n"), startMilliseconds);
    expect(JSON.parse(out())).toMatchObject({ ready: true, port: expect.any(Number) as number });
    await until("it says when it begins", () => err().includes("begins at plant time 2026-03-02T05:00:00.000Z and plays at 1 ×"));
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  test("with a wrong map is refused before anything is started, with every fault", async () => {
    const map = join(data, "wrong.map.json");
    await writeFile(map, (await readFile(join(recordings, "pump.map.json"), "utf8")).replace('"Zeit"', '"Time"').replace("Strom [A]", "Current"));
    const { ended, err, out } = start("--port", "0", "--replay", join(recordings, "pump.csv"), "--map", map);
    expect(await ended).toBe(2);
    expect(out()).toBe("");
    expect(err()).toMatch(/\$\.time\.column: "Time" is not in the header \(Zeit, Druck.*\n.*\$\.signals\[2\]\.column: "Current" is not in the header/);
  });
});
