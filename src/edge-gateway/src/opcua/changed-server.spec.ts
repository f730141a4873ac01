// Faults 24 to 26 of the design: what a server may be after its restart, and a subscription that is dead while its session lives.
import { rmSync } from "node:fs";
import { DataType } from "node-opcua";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { EndpointProbe, probePassword, trustAtProbe } from "../testing/endpoint-probe.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { TestServer, type TestServerOptions } from "../testing/test-server.js";

const one = "urn:test:press1";
const other = "urn:test:press2";
const items = [{ name: "press1", node: `nsu=${one};s=Force` }, { name: "press2", node: `nsu=${other};s=Force` }, { name: "numbered", node: `nsu=${one};i=1001` }];
const force = { nodeId: "i=1001", browseName: "Force", dataType: DataType.Double };
const periods = { askAgainMs: 200, compareMs: 300 };

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

/** A server that can be restarted as another one, on the same port. */
async function changing(): Promise<{ probe: EndpointProbe; now: () => TestServer; restart: (some: Partial<TestServerOptions>) => Promise<void> }> {
  const folder = temporaryFolder();
  const options = { folder, port: 0, namespaces: [one, other], password: probePassword, numbers: ["Force"], nodes: [force] };
  let server = await TestServer.start(options);
  const { port } = server;
  onTestFinished(() => server.stop());
  await trustAtProbe(folder, server.certificateFile);
  const probe = await EndpointProbe.start({ folder, url: `opc.tcp://127.0.0.1:${port}`, items, periods });
  await until("connected", () => probe.status.state === "connected");
  return {
    probe, now: () => server,
    restart: async (some) => {
      const losses = probe.losses;
      await server.stop();
      server = await TestServer.start({ ...options, ...some, port });
      await until("connected anew", () => probe.losses > losses && probe.status.state === "connected");
    },
  };
}

const set = (server: TestServer, uri: string, id: string, value: number | string) => server.set(uri, id, value, Date.now() * 1000);

test("a server that comes back without a namespace: its signals are named and silent, the others go on, and all are back with it", async () => {
  const { probe, now, restart } = await changing();
  await restart({ namespaces: [one, "urn:test:press9"] });
  set(now(), one, "Force", 11);
  set(now(), "urn:test:press9", "Force", 99);
  await until("press 1 goes on", () => probe.newest("press1") === 11);
  expect(probe.status.detail).toMatch(/^2 of 3 nodes of .* monitored, not press2 \(the server has no namespace for nsu=urn:test:press2;s=Force\)$/);
  expect(probe.values.get("press2")?.filter((value) => value !== 0)).toEqual([]);
  await restart({});
  set(now(), other, "Force", 22);
  await until("press 2 is back", () => probe.newest("press2") === 22);
}, 60_000);

test.each([
  ["another variable under the same node id", { ...force, browseName: "Temperature" }, /was "Force" \(urn:test:press1\) of type Double, is now "Temperature" \(urn:test:press1\) of type Double/],
  ["another type of the same variable", { ...force, dataType: DataType.String }, /is now "Force" \(urn:test:press1\) of type String/],
])("a server that comes back with %s: nothing of it reaches the signal until somebody says that it is meant", async (_, node, sentence) => {
  const { probe, now, restart } = await changing();
  set(now(), one, "i=1001", 5);
  await until("it is delivered", () => probe.newest("numbered") === 5);
  const before = probe.values.get("numbered")?.length;
  await restart({ nodes: [node] });
  set(now(), one, "Force", 11);
  await until("the others go on", () => probe.newest("press1") === 11);
  expect(probe.values.get("numbered")).toHaveLength(before ?? 0);
  expect(probe.status.detail).toMatch(sentence);
  expect(probe.status.detail).toContain(`If that is meant, remove ${probe.nodesFile}`);
  rmSync(probe.nodesFile);
  await until("it is monitored as it is now", () => probe.status.detail.startsWith("3 nodes"));
  await until("it is delivered", () => (probe.values.get("numbered")?.length ?? 0) > (before ?? 0));
}, 60_000);

test("a subscription that goes on with keep-alives and delivers no value is found by reading, and made anew", async () => {
  const { probe, now } = await changing();
  await until("the first values are there", () => probe.newest("press1") === 0);
  for (const item of monitoredItemsOf(now())) item._enqueue_value = () => undefined;
  set(now(), one, "Force", 12);
  await until("it is noticed", () => probe.log.some((line) => /the server holds another value of press1 than it has delivered, .*: its subscription is dead/.test(line)));
  await until("the value is there", () => probe.newest("press1") === 12);
}, 60_000);

test("one of the subscriptions that falls silent while the session lives is noticed by its missing keep-alives", async () => {
  const { probe, now, restart } = await changing();
  await restart({ limits: { maxMonitoredItemsPerSubscription: 1 } });
  await until("three subscriptions", () => probe.status.detail.endsWith("monitored in 3 subscriptions"));
  subscriptionsOf(now())[1]?._stop_timer();
  await until("it is noticed", () => probe.log.some((line) => line.includes("no publish response for 2 s for one of 3 subscriptions")));
  set(now(), one, "Force", 31);
  set(now(), other, "Force", 32);
  await until("all deliver again", () => probe.newest("press1") === 31 && probe.newest("press2") === 32);
}, 60_000);

interface ServerSubscription {
  _stop_timer(): void;
  monitoredItems: Record<string, { _enqueue_value: () => undefined }>;
}

/** What the library keeps to itself: no option makes a server fail so. */
function subscriptionsOf({ server }: TestServer): ServerSubscription[] {
  const sessions = Object.values((server.engine as unknown as { _sessions: Record<string, { publishEngine: { subscriptions: ServerSubscription[] } }> })._sessions);
  return sessions.flatMap((session) => session.publishEngine.subscriptions);
}

function monitoredItemsOf(server: TestServer) {
  return subscriptionsOf(server).flatMap((subscription) => Object.values(subscription.monitoredItems));
}
