// The network between a real gateway and the core is cut for some seconds, while the plant goes on. When it is back, what the plant does now
// is seen at once, and what it did meanwhile follows in its order. LIVE_FIRST_SECONDS=120 cuts it for longer.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { createLinkCertificates } from "./testing/certificates.js";
import { compiledGateway } from "./testing/compiled.js";
import { CuttableWire } from "./testing/cuttable-wire.js";
import { FakeCore } from "./testing/fake-core.js";
import { temporaryFolder, until } from "./testing/folder.js";
import { TestServer } from "./testing/test-server.js";

const cutMs = Number(process.env["LIVE_FIRST_SECONDS"] ?? 8) * 1000;
const signals = 100;
const changesPerSecond = 20;

const uri = "urn:test:press";
const password = "correct horse battery staple";
const names = Array.from({ length: signals }, (_, index) => `Signal${index}`);
const sourceUsOf = (value: number) => 1_800_000_000_000_000 + (value * 1_000_000) / changesPerSecond;

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

test("after a cut of the network each signal's value of now is at the core within a second or so, while the backlog drains in order, all of it, none twice", async () => {
  const code = compiledGateway();
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pki"));
  writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
  await createLinkCertificates(join(folder, "pki"));
  const server = await TestServer.start({ folder, port: 0, namespaces: [uri], password, numbers: names });
  const core = await FakeCore.withCertificates(join(folder, "pki"));
  core.credit = 50_000;

  // Values of a signal count up: what is missing shows, and so does what comes twice or goes back.
  const faults: string[] = [];
  const stored = new Map<number, number>();
  const shown = new Map<number, number>();
  const inGaps = new Set<number>();
  let [rows, sequence] = [0, 0];
  core.onGap = (gap) => {
    for (const signal of gap.signal) inGaps.add(signal);
    sequence = gap.sequence;
  };
  core.keep = (row) => {
    rows++;
    if (row.sequence !== sequence + 1) faults.push(`sequence ${row.sequence} after ${sequence}`);
    sequence = row.sequence;
    const before = stored.get(row.signal);
    if (before !== undefined && row.value !== before + 1 && !(row.value > before && inGaps.delete(row.signal))) faults.push(`signal ${row.signal}: ${row.value} after ${before}`);
    stored.set(row.signal, row.value);
  };
  let [newestFrames, linkedAt, liveAfterMs, valueAtLink, storedWhenLive] = [0, Infinity, Infinity, Infinity, Infinity];
  core.onNewest = (newest, ageMs) => {
    newestFrames++;
    newest.forEach((row, index) => {
      if (row.value < (shown.get(row.signal) ?? 0)) faults.push(`signal ${row.signal}: ${row.value} shown after ${shown.get(row.signal)}`);
      if ((ageMs[index] as number) > 60_000) faults.push(`signal ${row.signal}: shown ${ageMs[index]} ms old`);
      shown.set(row.signal, row.value);
    });
    if (liveAfterMs === Infinity && least(shown) >= valueAtLink) [liveAfterMs, storedWhenLive] = [performance.now() - linkedAt, Math.max(...stored.values())];
  };
  await core.start();
  const wire = await CuttableWire.to(core.port);
  const plant = join(folder, "plant.json");
  writeFileSync(plant, JSON.stringify({
    format: "digitaltwin.plant/1", id: "p", endpoints: [{ name: "e", url: `opc.tcp://127.0.0.1:${server.port}`, securityPolicy: "Basic256Sha256", userName: "gateway" }],
    areas: [{ id: "a", lines: [{ id: "l", endpoint: "e", namespaceUri: uri, nodePrefix: "L", signals: names.map((name) => ({ name, node: `nsu=${uri};s=${name}` })), cells: [] }] }],
  }));
  const gateway = spawn(process.execPath, [
    join(code, "main.js"), "--data", folder, "--plant", plant, "--core", `wss://localhost:${wire.port}/edge/v1`, "--trust", server.certificateFile, "--drain-rows-per-second", "500", "--exit-with-stdin",
  ], { stdio: ["pipe", "pipe", openSync(join(folder, "gateway.log"), "a")] });
  let value = 0;
  const changing = setInterval(() => {
    value++;
    for (const name of names) server.set(uri, name, value, sourceUsOf(value));
  }, 1000 / changesPerSecond);
  onTestFinished(async ({ task }) => {
    clearInterval(changing);
    if (task.result?.state === "fail") console.info(`the gateway said:\n${readFileSync(join(folder, "gateway.log"), "utf8")}`);
    const ended = gateway.exitCode !== null || once(gateway, "exit");
    gateway.kill("SIGKILL");
    await ended;
    await wire.close();
    await core.stop();
    await server.stop();
  });

  await until("the core has values", () => rows > 10 * signals, 90_000);
  expect(newestFrames).toBe(0);
  const hellos = core.hellos.length;
  wire.cut();
  const [valueAtCut, cutAt] = [value, performance.now()];
  await until("the cut has lasted", () => performance.now() - cutAt > cutMs, cutMs + 5000);
  wire.mend();
  await until("the gateway is back", () => core.hellos.length > hellos, 30_000);
  [linkedAt, valueAtLink] = [performance.now(), value];
  await until("what the plant does now is shown", () => liveAfterMs < Infinity, 30_000);
  await until("the core has what came during the cut", () => least(stored) >= valueAtLink, 60_000 + cutMs);
  const drainMs = performance.now() - linkedAt;
  const told = core.ticks.at(-1) as (typeof core.ticks)[number];
  await until("the gateway says that it is level", () => core.ticks.at(-1)?.behindSeconds === 0, 60_000 + 2 * cutMs);
  const levelMs = performance.now() - linkedAt;
  clearInterval(changing);
  const last = value;
  await until("the core has all", () => least(stored) >= last, 60_000);

  console.info(`cut ${cutMs / 1000} s: live after ${Math.round(liveAfterMs)} ms, ${valueAtLink - storedWhenLive} of ${valueAtLink - valueAtCut} values of each signal still to come; those after ${Math.round(drainMs)} ms, level after ${Math.round(levelMs)} ms; ${newestFrames} frames ahead, ${rows} rows, ${core.repeated} came again`);
  expect(liveAfterMs).toBeLessThan(2000);
  expect(storedWhenLive).toBeLessThan(valueAtLink - (valueAtLink - valueAtCut) / 3);
  expect(told.behindSeconds).toBeGreaterThan(2);
  expect(told.levelInSeconds).toBeGreaterThan(0);
  expect(told.levelInSeconds).toBeLessThan(3 * cutMs / 1000);
  expect(faults.slice(0, 5)).toEqual([]);
  expect(core.missing).toEqual([]);
  expect(core.repeated).toBe(0);
  // Two rows go for each that comes.
  expect(drainMs).toBeGreaterThan(cutMs / 3);
  expect(levelMs).toBeLessThan(3 * cutMs);
}, 300_000 + 3 * cutMs);

function least(values: ReadonlyMap<number, number>): number {
  return values.size < signals ? -Infinity : Math.min(...values.values());
}
