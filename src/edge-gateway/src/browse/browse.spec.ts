// A real OPC UA server that shows every type there is, in this process.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Gateway } from "../gateway.js";
import { ensureOwnCertificate } from "../opcua/certificate-manager.js";
import { pkiOf, trust } from "../opcua/trust-list.js";
import { readPlant, type Plant } from "../plant/definition.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { everyTypeServer, scalars, uri, type EveryTypeServer, type Limits } from "../testing/every-type-server.js";
import { FakeCore } from "../testing/fake-core.js";
import { until } from "../testing/folder.js";
import { present } from "../testing/present.js";
import { browseServer } from "./browse-server.js";
import { checkPlant } from "./check-plant.js";
import type { Draft } from "./draft.js";
import type { Access } from "./server.js";

const password = "correct horse battery staple";
const escaped = uri.replaceAll(";", "%3B");
let folder: string;
const servers: EveryTypeServer[] = [];

async function startServer(limits: Limits = {}): Promise<EveryTypeServer> {
  const home = mkdtempSync(join(folder, "server-"));
  const server = await everyTypeServer(home, password, limits);
  servers.push(server);
  await trust(pkiOf(join(folder, "gateway", "pki")), server.certificateFile);
  return server;
}

const access = (): Access => ({ pki: pkiOf(join(folder, "gateway", "pki")), password, timeoutMs: 20_000, trustCommand: (thumbprint) => `trust-it ${thumbprint}` });
const never = new AbortController().signal;

function browse({ url }: EveryTypeServer, options: { maxNodes?: number; from?: string } = {}, stop = never): Promise<Draft> {
  return browseServer({ url, userName: "gateway" }, access(), { maxNodes: 10_000, progress: () => undefined, ...options }, "Europe/Berlin", stop);
}

function plantOf(definition: object): Plant {
  const result = readPlant(Buffer.from(JSON.stringify(definition)));
  if (result.kind === "faults") throw new Error(result.faults.join("\n"));
  return result.plant;
}

function check(plant: Plant) {
  return checkPlant(plant, access(), { maxNodes: 10_000, extra: true, progress: () => undefined }, never);
}

const text = (draft: Draft) => JSON.stringify(draft.definition).replaceAll(/:\d{4,5}"/g, ':PORT"');

beforeAll(async () => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
  folder = mkdtempSync(join(tmpdir(), "edge-gateway-browse-"));
  await ensureOwnCertificate(pkiOf(join(folder, "gateway", "pki")));
}, 60_000);

afterAll(async () => {
  for (const server of servers) await server.stop();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

describe("a server that shows every type", () => {
  let server: EveryTypeServer;
  let drafted: Draft;
  let plant: Plant;
  beforeAll(async () => {
    server = await startServer();
    drafted = await browse(server);
    plant = plantOf(drafted.definition);
  }, 60_000);
  const signal = (name: string) => present(plant.signals.find(({ id }) => id.endsWith(`.${name}`)));

  test("becomes a definition that the published schema and our reader take", () => {
    const schema = JSON.parse(readFileSync(fileURLToPath(new URL("../../../../docs/schemas/plant.schema.json", import.meta.url)), "utf8")) as object;
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
    validate(JSON.parse(JSON.stringify(drafted.definition)));
    expect(validate.errors ?? []).toEqual([]);
    expect(plant.endpoints).toEqual([{ name: "server", url: server.url, securityPolicy: "Aes256_Sha256_RsaPss", userName: "gateway" }]);
    expect(plant.signals).toHaveLength(drafted.signals);
  });

  test("has a signal for every scalar type, with number or text as suits it", () => {
    const texts = ["String", "DateTime", "Guid", "ByteString", "XmlElement", "NodeId", "ExpandedNodeId", "StatusCode", "QualifiedName", "LocalizedText"];
    for (const [name] of scalars) expect(signal(name), name).toMatchObject({ node: `nsu=${escaped};s=Press.${name}`, type: texts.includes(name) ? "text" : "number" });
  });

  test("gives units, ranges, periods and who may write", () => {
    expect(signal("Temperature")).toMatchObject({ unit: "°C", range: [-10, 120], access: "read" });
    expect(signal("Speed")).toMatchObject({ unit: "Hz", range: [0, 50], access: "write" });
    expect(signal("Torque")).toMatchObject({ node: `nsu=${escaped};i=4711`, access: "read" });
    expect(JSON.stringify(drafted.definition)).toContain('"name":"Temperature","role":"measurement","node":"nsu=urn:test:every type%3Bv=1;s=Motor.Temperature","unit":"°C","range":[-10,120],"period":0.5');
  });

  test("tells what the numbers of every kind of enumeration mean", () => {
    expect(signal("Gate").texts).toEqual({ 0: "Open", 1: "Shut", 2: "Locked" });
    expect(signal("Drive").texts).toEqual({ 10: "Stopped", 20: "Running" });
    expect(signal("Door").texts).toEqual({ 0: "open", 1: "shut" });
    expect(signal("Colour").texts).toEqual({ 0: "red", 1: "green" });
    expect(signal("Step").texts).toEqual({ 5: "Fill", 7: "Press" });
  });

  test("makes a signal of each element of a short array, one text of an array of texts, and says what it leaves out and why", () => {
    expect(plant.signals.filter(({ node }) => node.endsWith("s=Arrays.Zones")).map(({ id, index }) => [id.split(".").at(-1), index])).toEqual([["Zones-0", "0"], ["Zones-1", "1"], ["Zones-2", "2"]]);
    expect(plant.signals.filter(({ node }) => node.endsWith("s=Arrays.Grid")).map(({ index }) => index)).toEqual(["0,0", "0,1", "0,2", "1,0", "1,1", "1,2"]);
    expect(signal("Vehicles")).toMatchObject({ type: "text" });
    expect(Object.fromEntries(drafted.leftOut.map(({ node, why }) => [node.split("=").at(-1), why]))).toEqual({
      "Arrays.Wave": expect.stringContaining("an array of 100 elements"), "Arrays.Empty": "an array without elements now", "Others.Structure": "a Range is not a single value",
      "Others.Nothing": expect.stringContaining("it has none now"), "Others.Secret": "this user may not read it",
    });
  });

  test("says that 64-bit integers may not keep their digits, that nothing is written yet, and what is left to fill in", () => {
    expect(drafted.notes).toEqual([
      expect.stringContaining("3 signals are 64-bit integers"), expect.stringContaining("can be written by gateway"), expect.stringContaining("to fill in: roles"),
    ]);
  });

  test("is met once by a walk in circles: each node is one signal, and methods and properties are none", () => {
    expect(new Set(plant.signals.map(({ node, index }) => `${node} ${index}`)).size).toBe(plant.signals.length);
    expect(text(drafted)).not.toMatch(/Motor\.Start|EURange|EngineeringUnits|opcfoundation/);
  });

  test("compared with the definition just made of it has no difference", async () => {
    expect(await check(plant)).toMatchObject({ same: true, compared: plant.signals.length, differences: [], unchecked: [] });
  }, 60_000);

  test("compared with a definition that somebody has changed shows each change by its kind", async () => {
    const changes: Record<string, object> = {
      "Press.Double": { node: `nsu=${escaped};s=Press.Gone` }, "Press.String": { type: "number" }, "Press.UInt32": { node: "nsu=urn:nowhere;s=Press.UInt32" },
      "Motor.Temperature": { unit: "K", range: [0, 120], access: "write" }, "States.Gate": { texts: { 0: "Open", 1: "Closed" } }, "Press.Int32": { node: `nsu=${escaped};s=Others.Secret` },
    };
    const changed = plant.signals.map((one) => ({ ...one, ...changes[one.node.split("s=").at(-1) ?? ""] }));
    const zone = changed.findIndex(({ index }) => index === "2");
    changed[zone] = { ...present(changed[zone]), index: "3" };
    const { same, differences } = await check({ ...plant, signals: changed });
    expect(same).toBe(false);
    expect(differences.map(({ kind, signal: id, node, expected, found }) => [kind, id?.split(".").at(-1) ?? node.split(";").at(-1), expected, found])).toEqual([
      ["namespace", "nsu=urn:nowhere", "the namespace of 1 nodes", "no such namespace"],
      ["writable", "Temperature", "writable", "not writable by this user"],
      ["unit", "Temperature", "K", "°C"],
      ["range", "Temperature", "0 to 120", "-10 to 120"],
      ["readable", "Int32", "readable", "not readable by this user"],
      ["node", "Double", "a variable", "none"],
      ["type", "String", "number", "String"],
      ["texts", "Gate", "0 Open, 1 Closed", "0 Open, 1 Shut, 2 Locked"],
      ["index", "Zones-2", "element 3", "Double array of 3"],
      ["extra", "s=Press.Int32", "not in the definition", "Int32"],
      ["extra", "s=Press.UInt32", "not in the definition", "UInt32"],
      ["extra", "s=Press.Double", "not in the definition", "Double"],
    ]);
  }, 60_000);

  test("delivers a good value for every signal of the definition, as number or text, through the gateway to the core", async () => {
    mkdirSync(join(folder, "pki"), { recursive: true });
    writeFileSync(join(folder, "pki", "opcua-gateway.password"), password);
    await createLinkCertificates(join(folder, "pki"));
    const core = await FakeCore.withCertificates(join(folder, "pki"));
    await core.start();
    const gateway = await Gateway.start({ data: folder, plant, core: core.url, trust: [], trustCommand: () => "", buffer: { maxBytes: 1e8, segmentBytes: 20_000, syncSpacingMs: 10 }, drainRowsPerSecond: 20_000 }, () => undefined);
    try {
      await until("every signal has arrived", () => new Set(core.rows.map((row) => row.signal)).size === plant.signals.length);
      const newest = (name: string) => present(core.of(signal(name).id).at(-1));
      expect(core.rows.filter(({ status }) => status !== 0).map((row) => core.signal(row.signal).split(".").at(-1)).sort()).toEqual(["Totals-1", "UInt64"]);
      expect(newest("UInt64")).toMatchObject({ status: 0x40940000, value: 9007199254740992 });
      expect([newest("Boolean").value, newest("Int64").value, newest("Float").value, newest("Zones-1").value, newest("Grid-1-2").value, newest("Drive").value]).toEqual([1, -64, 0.5, 81, 6, 20]);
      expect([newest("DateTime").text, newest("ByteString").text, newest("LocalizedText").text, newest("Vehicles").text]).toEqual(["2026-01-05T06:00:00.000Z", "AQL/", "Tür", '["VIN1",""]']);
    } finally {
      await gateway.stop();
      await core.stop();
    }
  }, 60_000);

  test("is walked through from a node that somebody names, and no further than asked", async () => {
    const part = await browse(server, { from: `nsu=${escaped};s=States` });
    expect(part.signals).toBe(5);
    await expect(browse(server, { from: "nsu=urn:nowhere;s=States" })).rejects.toMatchObject({ code: "NOT_FOUND", message: expect.stringContaining("urn:nowhere") });
    await expect(browse(server, { maxNodes: 50 })).rejects.toMatchObject({ code: "INVALID", message: "there are more than 50 nodes; walk through a part with --from NODE, or through more with --max-nodes N" });
  }, 60_000);

  test("is let go of at once when a person stops the walk", async () => {
    const stop = new AbortController();
    const walking = browseServer({ url: server.url, userName: "gateway" }, access(), { maxNodes: 10_000, progress: () => stop.abort() }, "UTC", stop.signal);
    await expect(walking).rejects.toMatchObject({ message: "it was stopped before its end; nothing was written" });
  }, 60_000);
});

test("a server that gives three references at a time, has two continuation points and takes few nodes in a call shows the same plant", async () => {
  const generous = await startServer();
  const mean = await startServer({ referencesPerNode: 3, continuationPoints: 2, nodesPerBrowse: 5, nodesPerRead: 7 });
  const [one, other] = [await browse(generous), await browse(mean)];
  expect(text(other)).toBe(text(one));
  expect(mean.browses()).toBeGreaterThan(3 * generous.browses());
  expect(await check(plantOf(other.definition))).toMatchObject({ same: true });
}, 60_000);

test("a server that has one continuation point and does not say so leaves nodes out of its answers, and they are asked for again", async () => {
  const generous = await startServer();
  const mean = await startServer({ referencesPerNode: 3, continuationPoints: 1, untold: true });
  expect(text(await browse(mean))).toBe(text(await browse(generous)));
}, 60_000);
