// Real OPC UA server, real TLS, real files: a core that takes too little makes the gateway ask the server for less, and the ledger's figures say so.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import type { EasingRules } from "./easing/easing.js";
import { Gateway } from "./gateway.js";
import { ensureOwnCertificate } from "./opcua/certificate-manager.js";
import { pkiOf, trust } from "./opcua/trust-list.js";
import { readPlant } from "./plant/definition.js";
import { createLinkCertificates } from "./testing/certificates.js";
import { FakeCore } from "./testing/fake-core.js";
import { temporaryFolder, until } from "./testing/folder.js";
import { TestServer } from "./testing/test-server.js";

const uri = "urn:test:line1";
const password = "correct horse battery staple";
const signals = ["State", "Temperature", "Vibration"] as const;
const classes = { State: "state", Temperature: "telemetry", Vibration: "diagnostic" } as const;
/** As usual but for the times, which are such that the test need not wait for minutes. */
const easing: EasingRules = { easeAfterMs: 1000, restoreAfterMs: 2000, fill: { 1: { from: 0.5, until: 0.4 }, 2: { from: 0.75, until: 0.65 } }, samplingMs: { diagnostic: 400, telemetry: 300 } };

const plant = (port: number) => {
  const result = readPlant(Buffer.from(JSON.stringify({
    format: "digitaltwin.plant/1", id: "p", endpoints: [{ name: "e", url: `opc.tcp://127.0.0.1:${port}`, securityPolicy: "Basic256Sha256", userName: "gateway" }],
    equipmentClasses: { cell: { signals: signals.map((name) => ({ name: name.toLowerCase(), node: name, class: classes[name] })) } },
    areas: [{ id: "a", lines: [{ id: "l", endpoint: "e", namespaceUri: uri, nodePrefix: "L", cells: [{ id: "c", nodePrefix: "Cell", class: "cell", machines: [] }] }] }],
  })));
  if (result.kind === "faults") throw new Error(result.faults.join("\n"));
  return result.plant;
};

test("a core that gives no credit makes the server sample less, class by class and never state; what was eased is told with the counts, over a restart, and nothing is missing", async () => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pki"));
  writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
  await Promise.all([createLinkCertificates(join(folder, "pki")), ensureOwnCertificate(pkiOf(join(folder, "gateway", "pki")))]);
  const server = await TestServer.start({ folder, port: 0, namespaces: [uri], password, numbers: signals.map((name) => `Cell.${name}`) });
  onTestFinished(() => server.stop());
  await trust(pkiOf(join(folder, "gateway", "pki")), server.certificateFile);
  const core = await FakeCore.withCertificates(join(folder, "pki"));
  core.credit = 50;
  core.givesCredit = false;
  await core.start();
  onTestFinished(() => core.stop());
  let value = 0;
  const plantTimer = setInterval(() => {
    value++;
    for (const name of signals) server.set(uri, `Cell.${name}`, value, Date.now() * 1000);
  }, 20);
  onTestFinished(() => clearInterval(plantTimer));
  const log: string[] = [];
  const start = () => Gateway.start({
    data: folder, plant: plant(server.port), core: core.url, trust: [], trustCommand: (thumbprint) => thumbprint, drainRowsPerSecond: 20_000,
    buffer: { maxBytes: 1e8, segmentBytes: 1e6, syncSpacingMs: 10 }, easing,
  }, (level, text) => log.push(`${level} ${text}`));
  const samplings = () => signals.map((name) => server.monitored.get(`Cell.${name}`)?.[0]?.samplingMs);
  const newest = () => core.ticks.at(-1);

  let gateway = await start();
  let running = true;
  onTestFinished(() => (running ? gateway.stop() : undefined));
  await until("diagnostic signals are eased", () => newest()?.easedDiagnosticMs === 400);
  await until("telemetry too", () => newest()?.easedTelemetryMs === 300);
  expect(samplings()).toEqual([0, 300, 400]);
  expect(newest()).toMatchObject({ easingLevel: 2, easedDiagnosticMs: 400, easedTelemetryMs: 300 });
  expect(newest()?.easingWhy).toMatch(/^the core has taken less than came for 1 s, its buffer is 0 % full$/);
  expect(log.findIndex((line) => line.startsWith("warn diagnostic signals are eased"))).toBeLessThan(log.findIndex((line) => line.startsWith("warn diagnostic and telemetry signals are eased")));

  running = false;
  await gateway.stop();   // while it is eased
  core.releaseCredit();
  gateway = await start();
  running = true;
  expect(gateway.buffer.nextSequence).toBeGreaterThan(100);
  await until("it is connected anew, and nothing is eased", () => samplings().every((ms) => ms === 0));
  await until("it has told what was eased, and that it ended", () => core.counts.some(({ eased }) => eased.length > 0));
  const told = core.counts.at(-1)?.eased ?? [];
  expect(told.flatMap(({ signal, samplingMs }) => signal.map((number) => [core.signal(number), samplingMs])).sort()).toEqual([["p.a.l.c.temperature", 300], ["p.a.l.c.vibration", 400]]);
  for (const { times, fromUs, toUs, sinceUs, totalUs } of told) {
    expect([times, sinceUs]).toEqual([1, 0]);
    expect(totalUs).toBe(toUs - fromUs);
    expect(totalUs).toBeGreaterThan(0);
  }
  expect(core.missing).toEqual([]);
  const sampled = new Map(core.counts.at(-1)?.signal.map((number, at) => [number, core.counts.at(-1)?.sampled[at]]));
  const upTo = core.counts.at(-1)?.sequence as number;
  for (const [number, count] of sampled) expect(core.rows.filter((row) => row.signal === number && row.sequence <= upTo)).toHaveLength(count as number);
}, 90_000);
