// The network between gateway and core is cut, and the gateway is killed five times inside the cut, each time after it has stored
// something. Half a minute here; tests/network-cut.sh takes ten.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createLinkCertificates } from "./testing/certificates.js";
import { compiledGateway } from "./testing/compiled.js";
import { CuttableWire } from "./testing/cuttable-wire.js";
import { FakeCore } from "./testing/fake-core.js";
import { temporaryFolder, until } from "./testing/folder.js";
import { randomFrom } from "./testing/random.js";
import { TestServer } from "./testing/test-server.js";

const cutMs = Number(process.env["NETWORK_CUT_SECONDS"] ?? 30) * 1000;
const kills = 5;
const signals = 200;
const changesPerSecond = 25;

const uri = "urn:test:press";
const password = "correct horse battery staple";
const names = Array.from({ length: signals }, (_, index) => `Signal${index}`);
const sourceUsOf = (value: number) => 1_800_000_000_000_000 + (value * 1_000_000) / changesPerSecond;

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

/** Values of a signal count up: what is missing shows, and so does what comes twice. */
class Account {
  readonly faults: string[] = [];
  rows = 0;
  inGaps = 0;
  readonly #rowsAt = new Map<number, number>();
  readonly #newest = new Map<number, number>();
  readonly #open = new Map<number, { fromUs: number; toUs: number }>();

  gap({ signal, fromUs, toUs }: { signal: number[]; fromUs: number; toUs: number }): void {
    for (const each of signal) {
      const earlier = this.#open.get(each);
      this.#open.set(each, { fromUs: Math.min(fromUs, earlier?.fromUs ?? fromUs), toUs: Math.max(toUs, earlier?.toUs ?? toUs) });
    }
  }

  row(signal: number, value: number): void {
    const newest = this.#newest.get(signal);
    const gap = this.#open.get(signal);
    this.rows++;
    this.#rowsAt.set(value, (this.#rowsAt.get(value) ?? 0) + 1);
    if (newest !== undefined && value <= newest) this.faults.push(`signal ${signal}: ${value} after ${newest}`);
    if (newest !== undefined && value > newest + 1) {
      this.inGaps += value - newest - 1;
      if (gap === undefined || gap.fromUs > sourceUsOf(newest) || gap.toUs < sourceUsOf(value)) this.faults.push(`signal ${signal}: from ${newest} to ${value} without a gap that says so`);
    }
    this.#newest.set(signal, value);
    this.#open.delete(signal);
  }

  duringCut(from: number, to: number): number {
    return [...this.#rowsAt].reduce((sum, [value, rows]) => (value > from && value <= to ? sum + rows : sum), 0);
  }

  atLeast(value: number): boolean {
    return this.#newest.size === signals && [...this.#newest.values()].every((newest) => newest >= value);
  }
}

test(`the core is out of reach for ${cutMs / 1000} s and the gateway is killed ${kills} times meanwhile: each signal is whole or has a gap that says what is missing, and nothing comes twice`, async () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pki"));
  writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
  await createLinkCertificates(join(folder, "pki"));
  const server = await TestServer.start({ folder, port: 0, namespaces: [uri], password, numbers: names });
  const core = await FakeCore.withCertificates(join(folder, "pki"));
  const account = new Account();
  core.credit = 50_000;
  core.keep = (row) => account.row(row.signal, row.value);
  core.onGap = (gap) => account.gap(gap);
  await core.start();
  const wire = await CuttableWire.to(core.port);
  const plant = join(folder, "plant.json");
  writeFileSync(plant, JSON.stringify({
    format: "digitaltwin.plant/1", id: "p", endpoints: [{ name: "e", url: `opc.tcp://127.0.0.1:${server.port}`, securityPolicy: "Basic256Sha256", userName: "gateway" }],
    areas: [{ id: "a", lines: [{ id: "l", endpoint: "e", namespaceUri: uri, nodePrefix: "L", signals: names.map((name) => ({ name, node: `nsu=${uri};s=${name}` })), cells: [] }] }],
  }));
  let gateway: ChildProcess | undefined;
  const said = openSync(join(folder, "gateway.log"), "a");
  const launch = () => {
    gateway = spawn(process.execPath, [join(code, "main.js"), "--data", folder, "--plant", plant, "--core", `wss://localhost:${wire.port}/edge/v1`, "--trust", server.certificateFile, "--exit-with-stdin"], { stdio: ["pipe", "pipe", said] });
  };
  const kill = async () => {
    const ended = gateway === undefined || gateway.exitCode !== null || once(gateway, "exit");
    gateway?.kill("SIGKILL");
    await ended;
  };
  let value = 0;
  const changing = setInterval(() => {
    value++;
    for (const name of names) server.set(uri, name, value, sourceUsOf(value));
  }, 1000 / changesPerSecond);
  onTestFinished(async ({ task }) => {
    clearInterval(changing);
    if (task.result?.state === "fail") console.info(`the gateways said:\n${readFileSync(join(folder, "gateway.log"), "utf8")}`);
    await kill();
    await wire.close();
    await core.stop();
    await server.stop();
  });

  launch();
  await until("the core has values", () => account.rows > 10 * signals, 90_000);
  wire.cut();
  await until("the core has read what was on its way at the cut", () => !core.connected);
  const storedAtCut = core.stored;
  const valueAtCut = value;
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const cutAt = performance.now();
  for (let count = 0; count < kills; count++) {
    const held = heldIn(folder);
    await until("the gateway stores on its own", () => heldIn(folder) > held + 2 * signals * bytesOfRow, 60_000);
    await reached(cutAt + ((count + 0.2 + 0.6 * random()) * cutMs) / kills);
    await kill();
    launch();
  }
  await reached(cutAt + cutMs);
  expect(core.stored).toBe(storedAtCut);
  wire.mend();
  const missedUntil = value;
  await until("the core has what came during the cut", () => account.atLeast(missedUntil), 60_000 + cutMs / 2);
  clearInterval(changing);
  const last = value;
  await until("the core has all", () => account.atLeast(last), 60_000);

  expect(account.faults.slice(0, 5), `seed ${seed}`).toEqual([]);
  expect(core.missing).toEqual([]);
  expect(core.gaps.filter((gap) => gap.reason === "gateway-restart").length).toBeGreaterThanOrEqual(kills);
  expect(account.duringCut(valueAtCut, missedUntil)).toBeGreaterThan(kills * signals);
  expect(account.inGaps).toBeGreaterThan(0);
  console.info(`cut ${cutMs / 1000} s, ${kills} kills, seed ${seed}: ${account.rows} samples at the core, ${account.duringCut(valueAtCut, missedUntil)} of them of the cut, ${account.inGaps} in gaps, ${core.repeated} came again and were left out`);
}, 2 * cutMs + 480_000);

/** At least: a row is a number, two times and a value. */
const bytesOfRow = 10;

function heldIn(folder: string): number {
  const buffer = join(folder, "gateway", "buffer");
  return readdirSync(buffer).filter((name) => name.endsWith(".seg")).reduce((sum, name) => sum + statSync(join(buffer, name)).size, 0);
}

/** The time of day is what this test is about: the cut lasts as long as it lasts. */
function reached(at: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}
