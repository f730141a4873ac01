// Real OPC UA server, real TLS, real files: what the gateway promises from the plant to the core.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatusCodes } from "node-opcua";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Gateway } from "./gateway.js";
import { ensureOwnCertificate } from "./opcua/certificate-manager.js";
import { pkiOf, trust } from "./opcua/trust-list.js";
import { readPlant, type Plant } from "./plant/definition.js";
import { createLinkCertificates } from "./testing/certificates.js";
import { CuttableWire } from "./testing/cuttable-wire.js";
import { FakeCore } from "./testing/fake-core.js";
import { until } from "./testing/folder.js";
import { present } from "./testing/present.js";
import { TestServer } from "./testing/test-server.js";

const one = "urn:test:line1";
const other = "urn:test:line2";
const vibration = "p.a.line1.c.vibration";
const password = "correct horse battery staple";

let folder: string;
let server: TestServer;
let wire: CuttableWire;
let core: FakeCore;
let gateway: Gateway;
let log: string[];
/** Plant time in microseconds; grows with each value. */
let plantUs = 1_800_000_000_000_000;

const serverOptions = (port: number, namespaces: readonly string[]) => ({ folder, port, namespaces, password, numbers: ["Cell.Vibration", "Clock.Speed"], texts: ["Cell.Vehicle"], times: ["Clock.PlantTime"] });

function plant(port: number): Plant {
  const line = (id: string, namespaceUri: string) => ({
    id, endpoint: "e", namespaceUri, nodePrefix: "L", cells: [{ id: "c", nodePrefix: "Cell", class: "cell", machines: [] }],
  });
  const result = readPlant(Buffer.from(JSON.stringify({
    format: "digitaltwin.plant/1", id: "p", endpoints: [{ name: "e", url: `opc.tcp://127.0.0.1:${port}`, securityPolicy: "Basic256Sha256", userName: "gateway" }],
    clock: { endpoint: "e", plantTime: `nsu=${one};s=Clock.PlantTime`, speed: `nsu=${one};s=Clock.Speed` },
    equipmentClasses: { cell: { signals: [{ name: "vibration", node: "Vibration" }, { name: "vehicle", node: "Vehicle", type: "text" }, { name: "absent", node: "Absent" }] } },
    areas: [{ id: "a", lines: [line("line1", one), line("line2", other)] }],
  })));
  if (result.kind === "faults") throw new Error(result.faults.join("\n"));
  return result.plant;
}

async function startGateway(): Promise<Gateway> {
  log = [];
  return Gateway.start({
    data: folder, plant: plant(wire.port), core: core.url, trust: [], trustCommand: (thumbprint) => `trust-it ${thumbprint}`,
    buffer: { maxBytes: 1e8, segmentBytes: 20_000, syncSpacingMs: 10 }, drainRowsPerSecond: 20_000,
  }, (level, text) => log.push(`${level} ${text}`));
}

/** Sets a value at the plant and waits until the core has it. */
async function send(value: number): Promise<void> {
  set(value);
  await until(`the core has ${value}`, () => core.of(vibration).at(-1)?.value === value);
}

function set(value: number, uri = one): void {
  plantUs += 1_000_000;
  server.set(uri, "Cell.Vibration", value, plantUs);
}

beforeAll(async () => {
  // The library warns on the console about what these tests do to it on purpose.
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  folder = mkdtempSync(join(tmpdir(), "edge-gateway-"));
  mkdirSync(join(folder, "pki"));
  writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
  await Promise.all([createLinkCertificates(join(folder, "pki")), ensureOwnCertificate(pkiOf(join(folder, "gateway", "pki")))]);
  server = await TestServer.start(serverOptions(0, [one, other]));
}, 60_000);

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  rmSync(join(folder, "gateway", "buffer"), { recursive: true, force: true });
  await trust(pkiOf(join(folder, "gateway", "pki")), server.certificateFile);
  set(0);
  set(0, other);
  wire = await CuttableWire.to(server.port);
  core = await FakeCore.withCertificates(join(folder, "pki"));
  await core.start();
});

afterEach(async () => {
  await gateway.stop();
  await core.stop();
  await wire.close();
});

const connected = () => core.ticks.at(-1)?.endpoints[0]?.state === "connected";

test("a server that nobody trusts is refused and named, and is connected as soon as it is trusted, without a restart", async () => {
  rmSync(join(folder, "gateway", "pki", "trusted", "certs"), { recursive: true });
  gateway = await startGateway();
  await until("the endpoint says untrusted", () => core.ticks.at(-1)?.endpoints[0]?.state === "untrusted");
  const sentence = present(log.find((line) => line.includes("is not trusted")));
  const thumbprint = /run: trust-it ([0-9A-F]{40})$/.exec(sentence)?.[1];
  expect(thumbprint).toBeDefined();
  expect(readdirSync(join(folder, "gateway", "pki", "rejected"))).not.toEqual([]);
  expect(core.rows).toEqual([]);
  await expect(trust(pkiOf(join(folder, "gateway", "pki")), "00".repeat(20))).rejects.toThrow(/neither a certificate file nor the thumbprint/);
  expect(await trust(pkiOf(join(folder, "gateway", "pki")), present(thumbprint))).toContain("CN=Test server");
  expect(readdirSync(join(folder, "gateway", "pki", "rejected"))).toEqual([]);
  await until("the endpoint is connected", connected);
  await send(1);
}, 60_000);

test("values arrive in the plant's order with time, status and sequence; a node that is not there is reported and the others go on", async () => {
  gateway = await startGateway();
  await until("connected", connected);
  await send(1);
  for (let value = 2; value <= 60; value++) set(value);
  server.set(one, "Cell.Vehicle", "WVWZZZ1", plantUs + 5);
  await until("all have arrived", () => core.of(vibration).at(-1)?.value === 60 && core.of("p.a.line1.c.vehicle").at(-1)?.text === "WVWZZZ1");
  const values = core.of(vibration).map((row) => row.value).filter((value) => value >= 1);
  expect(values).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  expect(core.of(vibration).at(-1)).toMatchObject({ sourceUs: plantUs, status: 0 });
  expect(core.rows.map((row) => row.sequence)).toEqual(core.rows.map((_, index) => index + 1));
  expect(core.missing).toEqual([]);
  const { detail, serverCertificateUntilUs, ownCertificateUntilUs } = present(core.ticks.at(-1)?.endpoints[0]);
  expect(serverCertificateUntilUs).toBeGreaterThan(Date.now() * 1000);
  expect(ownCertificateUntilUs).toBeGreaterThan(serverCertificateUntilUs);
  expect(detail).toMatch(/6 of 8 nodes .* monitored, not p\.a\.line1\.c\.absent \(ns=\d;s=Cell\.Absent: BadNodeIdUnknown\)/);
}, 60_000);

test("while the core is away values are kept on disk, also over a restart of the gateway; then it gets each once, with a gap for the time nobody looked", async () => {
  gateway = await startGateway();
  await until("connected", connected);
  await send(1);
  await core.stop();
  for (let value = 2; value <= 20; value++) {
    const before = gateway.buffer.nextSequence;
    set(value);
    await until("it is on disk", () => gateway.buffer.nextSequence > before);
  }
  await gateway.stop();
  const lastUs = plantUs;
  set(99);
  set(100);
  gateway = await startGateway();
  await until("the restarted gateway sees the newest value", () => gateway.buffer.lastSource.get(1) === plantUs);
  await core.start();
  await until("all have arrived", () => core.of(vibration).at(-1)?.value === 100);
  expect(core.of(vibration).map((row) => row.value).filter((value) => value >= 1)).toEqual([...Array.from({ length: 20 }, (_, index) => index + 1), 100]);
  expect(core.missing).toEqual([]);
  expect(core.gaps).toHaveLength(1);
  expect(core.gaps[0]).toMatchObject({ signal: [1], fromUs: lastUs, toUs: plantUs, reason: "gateway-restart" });
  expect(new Set(core.hellos.map((hello) => hello.bufferId)).size).toBe(1);
  expect(new Set(core.hellos.map((hello) => hello.bootId)).size).toBe(2);
}, 60_000);

test("no more samples are in flight than the core gives credit for, and a record larger than all credit goes in parts", async () => {
  core.credit = 7;
  core.givesCredit = false;
  gateway = await startGateway();
  await until("something is on disk", () => gateway.buffer.lastSource.get(1) !== undefined);
  for (let value = 1; value <= 50; value++) set(value);
  await until("all are on disk", () => gateway.buffer.lastSource.get(1) === plantUs);
  await until("some arrive on the first credit", () => core.rows.length > 0);
  expect(core.rows.length).toBeLessThanOrEqual(7);
  core.releaseCredit();
  await until("all have arrived", () => core.of(vibration).at(-1)?.value === 50);
  expect(core.mostInFlight).toBeLessThanOrEqual(7);
  expect(core.missing).toEqual([]);
}, 60_000);

test("a server that is killed is noticed at once, the time without it is a gap, and values come back by themselves", async () => {
  gateway = await startGateway();
  await until("connected", connected);
  await send(1);
  const lastUs = plantUs;
  wire.cut();
  await until("the loss is logged", () => log.some((line) => line.includes("lost the server")), 3000);
  await until("the core knows", () => !connected());
  set(2);
  set(3);
  wire.mend();
  await until("the value is back", () => core.of(vibration).at(-1)?.value === 3);
  expect(core.gaps).toHaveLength(1);
  expect(core.gaps[0]).toMatchObject({ signal: [1], fromUs: lastUs, toUs: plantUs, reason: "server-lost" });
  const held = core.rows.map(({ signal, sourceUs, status, value, text }) => [signal, sourceUs, status, value, text].join(" "));
  expect(held).toEqual([...new Set(held)]);
}, 60_000);

test("a plant that is lost behind its server: the core hears that its clock stands, and what it did meanwhile is a gap", async () => {
  const lost = StatusCodes.UncertainNoCommunicationLastUsableValue;
  const clock = (at: number, status = StatusCodes.Good) => {
    server.set(one, "Clock.Speed", 20, at * 1000, status);
    server.set(one, "Clock.PlantTime", new Date(at), at * 1000, status);
  };
  const tick = () => present(core.ticks.at(-1));
  gateway = await startGateway();
  await until("connected", connected);
  expect(tick()).toMatchObject({ plantTimeUs: 0, speed: 0, clockStands: true });
  await send(1);
  const lastUs = plantUs;
  const lastMs = plantUs / 1000;
  clock(lastMs);
  await until("the core knows the plant's time", () => !tick().clockStands);
  expect(tick().plantTimeUs).toBeGreaterThanOrEqual(lastUs);
  clock(lastMs, lost);
  server.set(one, "Cell.Vibration", 1, lastUs, lost);
  await until("the core knows that it stands", () => tick().clockStands);
  const { plantTimeUs, speed } = tick();
  expect(speed).toBe(20);
  const ticks = core.ticks.length;
  await until("the next tick", () => core.ticks.length > ticks);
  expect(tick()).toMatchObject({ plantTimeUs, speed, clockStands: true });
  await send(2);
  expect(core.gaps).toHaveLength(1);
  expect(core.gaps[0]).toMatchObject({ signal: [1], fromUs: lastUs, toUs: plantUs, reason: "plant-lost" });
}, 60_000);

test.each(["both ways", "towards us", "towards the server"] as const)("a network that loses everything %s without closing anything: the server is given up after two seconds, with the reason in the log", async (how) => {
  gateway = await startGateway();
  await until("connected", connected);
  await send(1);
  wire.fallSilent(how);
  await until("the silence is noticed", () => log.some((line) => line.includes("no publish response for 2 s")));
  wire.mend();
  set(2);
  await until("the value is back", () => core.of(vibration).at(-1)?.value === 2);
  expect(core.gaps[0]).toMatchObject({ reason: "server-lost" });
}, 60_000);

test("when a restarted server has its namespaces in another order, no value reaches the wrong signal", async () => {
  gateway = await startGateway();
  await until("connected", connected);
  const line1 = () => core.of(vibration);
  const line2 = () => core.of("p.a.line2.c.vibration");
  for (let value = 1; value <= 5; value++) {
    set(1000 + value, one);
    set(2000 + value, other);
  }
  await until("both lines are seen", () => line1().at(-1)?.value === 1005 && line2().at(-1)?.value === 2005);
  const { port } = server;
  await server.stop();
  server = await TestServer.start(serverOptions(port, [other, one]));
  for (let value = 6; value <= 9; value++) {
    set(1000 + value, one);
    set(2000 + value, other);
  }
  await until("both lines are back", () => line1().at(-1)?.value === 1009 && line2().at(-1)?.value === 2009);
  expect(line1().filter((row) => row.value >= 2000)).toEqual([]);
  expect(line2().filter((row) => row.value > 0 && row.value < 2000)).toEqual([]);
  expect(core.missing).toEqual([]);
}, 60_000);
