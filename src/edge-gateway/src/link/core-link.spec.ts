import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { DurableBuffer } from "../buffer/durable-buffer.js";
import { createLinkCertificates } from "../testing/certificates.js";
import { CuttableWire } from "../testing/cuttable-wire.js";
import { FakeCore } from "../testing/fake-core.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { CoreLink } from "./core-link.js";

test("the link waits for its certificates, takes renewed ones at its next connection, and outlives unusable ones", async () => {
  const folder = temporaryFolder();
  const [first, renewed, used] = ["first", "renewed", "used"].map((name) => join(folder, name)) as [string, string, string];
  mkdirSync(used);
  const take = (from: string) => { for (const name of ["gateway.crt", "gateway.key", "ca.crt"]) copyFileSync(join(from, name), join(used, name)); };
  await Promise.all([createLinkCertificates(first), createLinkCertificates(renewed)]);
  let core = await FakeCore.withCertificates(first);
  await core.start();
  const { port } = core;
  const buffer = await DurableBuffer.open(join(folder, "buffer"), ["a"], { maxBytes: 1e9, segmentBytes: 1e6, syncSpacingMs: 0 }, () => undefined);
  const log: string[] = [];
  const link = new CoreLink({ url: core.url, certificates: used, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, (_, text) => log.push(text));
  onTestFinished(async () => {
    link.stop();
    await core.stop();
    await buffer.close();
  });
  link.start();
  await until("it says what it waits for", () => log.some((line) => line.includes("gateway.crt is not there, the host makes it at its first start")));
  take(first);
  await until("it is linked", () => core.hellos.length === 1);
  expect(core.hellos[0]?.gateway).toBe("gateway-1");

  writeFileSync(join(used, "gateway.key"), "-----BEGIN PRIVATE KEY-----\nMIIB");
  await core.stop();
  core = await FakeCore.withCertificates(renewed);
  core.port = port;
  await core.start();
  const before = log.length;
  await until("it says that the key cannot be used", () => log.slice(before).some((line) => /no link to the core .*(PEM|asn1|DECODER|key)/i.test(line)));
  take(renewed);
  await until("it is linked with the renewed ones", () => core.hellos.length === 1);
}, 60_000);

test("a core whose network goes dead without a word is given up after five seconds, and is linked again when it is back", async () => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  await core.start();
  const wire = await CuttableWire.to(core.port);
  const buffer = await DurableBuffer.open(join(folder, "buffer"), ["a"], { maxBytes: 1e9, segmentBytes: 1e6, syncSpacingMs: 0 }, () => undefined);
  const log: string[] = [];
  const link = new CoreLink({ url: `wss://localhost:${wire.port}/edge/v1`, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, (_, text) => log.push(text));
  onTestFinished(async () => {
    link.stop();
    await wire.close();
    await core.stop();
    await buffer.close();
  });
  link.start();
  await until("it is linked", () => core.hellos.length === 1);
  wire.fallSilent();
  const row = { signal: 1, sourceUs: 1, serverUs: 1, status: 0, value: 1 };
  buffer.append([], [row]);
  await until("it is noticed", () => log.some((line) => line.includes("no sign of life for 5 s")), 10_000);
  wire.mend();
  await until("the sample is there, once", () => core.rows.length === 1);
  expect(core.missing).toEqual([]);
}, 60_000);

test.each([[true, "is told what is newest before it"], [false, "that does not know of that is sent the backlog alone"]])("after a while without a link a core (%j) %s", async (takesNewest) => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  core.takesNewest = takesNewest;
  const seen: string[] = [];
  core.onNewest = (rows) => seen.push(`newest ${rows.map(({ value }) => value).join(" ")}`);
  core.keep = (row) => {
    seen.push(`stored ${row.value}`);
    core.rows.push(row);
  };
  const buffer = await DurableBuffer.open(join(folder, "buffer"), ["a", "b"], { maxBytes: 1e9, segmentBytes: 1e6, syncSpacingMs: 0 }, () => undefined);
  await core.start();
  const { url } = core;
  await core.stop();
  const link = new CoreLink({ url, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 20_000 }, buffer, () => undefined);
  onTestFinished(async () => {
    link.stop();
    await core.stop();
    await buffer.close();
  });
  buffer.append([], [1, 2, 3].map((value) => ({ signal: 1, sourceUs: value, serverUs: value, status: 0, value })));
  const since = performance.now();
  link.start();
  await until("the rows have waited", () => performance.now() - since > 2500);
  buffer.append([], [{ signal: 2, sourceUs: 4, serverUs: 4, status: 0, value: 4 }]);
  await buffer.flushed();
  await core.start();
  await until("all is there", () => core.rows.length === 4);
  expect(seen).toEqual([...(takesNewest ? ["newest 3 4"] : []), "stored 1", "stored 2", "stored 3", "stored 4"]);
  expect(core.missing).toEqual([]);
}, 60_000);

test("what lay on the disk when the gateway started is drained as a backlog is, at its rate", async () => {
  const folder = temporaryFolder();
  await createLinkCertificates(folder);
  const core = await FakeCore.withCertificates(folder);
  const limits = { maxBytes: 1e9, segmentBytes: 1e6, syncSpacingMs: 0 };
  const before = await DurableBuffer.open(join(folder, "buffer"), ["a"], limits, () => undefined);
  before.append([], Array.from({ length: 20_000 }, (_, at) => ({ signal: 1, sourceUs: at, serverUs: at, status: 0, value: at })));
  await before.flushed();
  await before.close();
  const buffer = await DurableBuffer.open(join(folder, "buffer"), ["a"], limits, () => undefined);
  await core.start();
  const link = new CoreLink({ url: core.url, certificates: folder, bootId: "boot", plantHash: "hash", drainRowsPerSecond: 5000 }, buffer, () => undefined);
  onTestFinished(async () => {
    link.stop();
    await core.stop();
    await buffer.close();
  });
  link.start();
  await until("the first are there", () => core.rows.length > 0);
  const since = performance.now();
  await until("all is there", () => core.rows.length === 20_000);
  expect(performance.now() - since).toBeGreaterThan(2000);   // four seconds' worth, less a burst
  expect(core.missing).toEqual([]);
}, 60_000);
