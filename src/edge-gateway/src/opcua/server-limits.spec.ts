// Fault 27 of the design: real servers that give less than the gateway asks for.
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { EndpointProbe, probePassword, trustAtProbe } from "../testing/endpoint-probe.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { TestServer, type TestServerOptions } from "../testing/test-server.js";

const uri = "urn:test:line1";
const names = Array.from({ length: 25 }, (_, index) => `Signal${index}`);
const items = names.map((name) => ({ name, node: `nsu=${uri};s=${name}` }));
const periods = { askAgainMs: 200, compareMs: 10_000 };

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

async function limited(limits: TestServerOptions["limits"]): Promise<{ server: TestServer; folder: string; dial: () => Promise<EndpointProbe> }> {
  const folder = temporaryFolder();
  const server = await TestServer.start({ folder, port: 0, namespaces: [uri], password: probePassword, numbers: names, ...(limits === undefined ? {} : { limits }) });
  onTestFinished(() => server.stop());
  await trustAtProbe(folder, server.certificateFile);
  return { server, folder, dial: () => EndpointProbe.start({ folder, url: `opc.tcp://127.0.0.1:${server.port}`, items, periods }) };
}

function setAll(server: TestServer, value: number): void {
  for (const name of names) server.set(uri, name, value, Date.now() * 1000);
}

const allHave = (probe: EndpointProbe, value: number) => names.every((name) => probe.newest(name) === value);

test("a server that takes few items and few nodes in one call gets several calls", async () => {
  const { server, dial } = await limited({ operationLimits: { maxMonitoredItemsPerCall: 3, maxNodesPerRead: 4 } });
  const probe = await dial();
  await until("connected", () => probe.status.state === "connected");
  expect(probe.status.detail).toMatch(/^25 nodes of .* monitored$/);
  setAll(server, 7);
  await until("all values are there", () => allHave(probe, 7));
}, 60_000);

test("a server whose subscriptions take few items gets more subscriptions, and every value comes once", async () => {
  const { server, dial } = await limited({ maxMonitoredItemsPerSubscription: 10 });
  const probe = await dial();
  await until("connected", () => probe.status.state === "connected");
  expect(probe.status.detail).toMatch(/^25 nodes of .* monitored in 3 subscriptions$/);
  for (let value = 1; value <= 20; value++) setAll(server, value);
  await until("all values are there", () => allHave(probe, 20));
  for (const name of names) expect(probe.values.get(name)?.filter((value) => value !== 0)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
}, 60_000);

test("a server that takes only so many items at all: these are monitored, the others named with the limit, and taken as soon as there is room", async () => {
  const { server, dial } = await limited({ maxMonitoredItems: 20 });
  const probe = await dial();
  await until("connected", () => probe.status.state === "connected");
  expect(probe.status.detail).toMatch(/^20 of 25 nodes of .* monitored, not Signal20 \(ns=\d;s=Signal20: BadTooManyMonitoredItems; it tells MaxMonitoredItems 20, MaxMonitoredItemsPerSubscription 100000\), .* and 2 more$/);
  setAll(server, 3);
  await until("what is monitored is delivered", () => probe.newest("Signal19") === 3);
  expect(probe.newest("Signal20")).toBeUndefined();
  server.server.engine.serverCapabilities.maxMonitoredItems = 100;
  await until("the others are monitored too", () => probe.status.detail.startsWith("25 nodes"));
  setAll(server, 4);
  await until("all values are there", () => allHave(probe, 4));
  expect(probe.losses).toBe(0);
}, 60_000);

test("a server that gives one subscription only: what does not fit is named with that limit", async () => {
  const { dial } = await limited({ maxMonitoredItemsPerSubscription: 10, maxSubscriptionsPerSession: 1 });
  const probe = await dial();
  await until("connected", () => probe.status.state === "connected");
  expect(probe.status.detail).toMatch(/^10 of 25 nodes of .* monitored, not Signal10 \(ns=\d;s=Signal10: BadTooManySubscriptions; it tells MaxSubscriptionsPerSession 1, MaxSubscriptions 100\)/);
}, 60_000);

test("a server without a free session says so at the endpoint, is asked less and less often, and is connected when one is free", async () => {
  const { dial } = await limited({ maxSessions: 1 });
  const first = await dial();
  await until("the first is connected", () => first.status.state === "connected");
  const second = await dial();
  await until("the second is refused", () => second.status.state === "failed");
  expect(second.status.detail).toMatch(/the server gives no session \(BadTooManySessions\); end another client's session there, or raise its limit of sessions$/);
  await first.endpoint.stop();
  await until("the second is connected", () => second.status.state === "connected", 40_000);
}, 60_000);

test("a server that has no subscription left says so at the endpoint", async () => {
  const { dial } = await limited({ maxSubscriptions: 1 });
  const first = await dial();
  await until("the first is connected", () => first.status.state === "connected");
  const second = await dial();
  await until("the second is refused", () => second.status.state === "failed");
  expect(second.status.detail).toMatch(/the server gives no subscription \(BadTooManySubscriptions; it tells MaxSubscriptionsPerSession 10, MaxSubscriptions 1\); end another client's subscriptions there, or raise that limit$/);
}, 60_000);
