// A real server is asked for less, and for all of it again: what counts is what its monitored items are then.
import { StatusCodes } from "node-opcua";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { EndpointProbe, probePassword, trustAtProbe } from "../testing/endpoint-probe.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { TestServer, type TestServerOptions } from "../testing/test-server.js";

const uri = "urn:test:line1";
const names = Array.from({ length: 10 }, (_, index) => `Signal${index}`);
const items = names.map((name) => ({ name, node: `nsu=${uri};s=${name}` }));
const isEased = (index: number) => index >= 4;
const easedNames = names.filter((_, index) => isEased(index));
const slowly = (index: number) => (isEased(index) ? 300 : 0);
const quickly = () => 0;

beforeAll(() => {
  for (const method of ["log", "warn", "error"] as const) vi.spyOn(console, method).mockImplementation(() => undefined);
});

async function connected(limits?: TestServerOptions["limits"]): Promise<{ server: TestServer; probe: EndpointProbe; samplings: () => number[]; restarted: () => Promise<void> }> {
  const folder = temporaryFolder();
  const options = { folder, namespaces: [uri], password: probePassword, numbers: names, ...(limits === undefined ? {} : { limits }) };
  let server = await TestServer.start({ ...options, port: 0 });
  onTestFinished(() => server.stop());
  await trustAtProbe(folder, server.certificateFile);
  const probe = await EndpointProbe.start({ folder, url: `opc.tcp://127.0.0.1:${server.port}`, items, periods: { askAgainMs: 200, compareMs: 500 } });
  await until("connected", () => probe.status.state === "connected");
  return {
    server, probe,
    samplings: () => names.flatMap((name) => (server.monitored.get(name) ?? []).map(({ samplingMs }) => samplingMs)),
    restarted: async () => {
      const { port } = server;
      await server.stop();
      server = await TestServer.start({ ...options, port });
    },
  };
}

const slow = names.map((_, index) => slowly(index));

test("after pressure the server samples what is eased more slowly, with a queue that can overflow only by saying so, and after calm all of it as before", async () => {
  const { server, probe, samplings } = await connected({ operationLimits: { maxMonitoredItemsPerCall: 4 } });
  const before = samplings();
  expect(before).toEqual(names.map(() => 0));
  probe.endpoint.ease(slowly);
  await until("the gateway knows what it got", () => probe.eased.size === easedNames.length);
  expect(samplings()).toEqual(slow);
  expect([...probe.eased]).toEqual(easedNames.map((name) => [name, 300]));
  for (const name of easedNames) expect(server.monitored.get(name)?.[0]?.queue).toBeGreaterThan(1);
  expect(probe.status.detail).toMatch(/^10 nodes of .* monitored; eased: 6 of 10 nodes sampled each 0.3 s at the slowest$/);

  for (let value = 1; value <= 30; value++) for (const name of names) server.set(uri, name, value, Date.now() * 1000 + value);
  await until("the newest of each is there", () => names.every((name) => probe.newest(name) === 30));
  expect(probe.values.get("Signal0")?.filter((value) => value !== 0)).toHaveLength(30);
  for (const name of easedNames) expect(probe.values.get(name)?.length).toBeLessThan(10);

  probe.endpoint.ease(quickly);
  await until("nothing is eased", () => probe.eased.size === 0);
  expect(samplings()).toEqual(before);   // one item each, and each change is reported again
  for (let value = 31; value <= 60; value++) for (const name of names) server.set(uri, name, value, Date.now() * 1000 + value);
  await until("each change is there again", () => names.every((name) => new Set(probe.values.get(name)?.filter((value) => (value as number) > 30)).size === 30));
  expect(probe.status.detail).toMatch(/^10 nodes of .* monitored$/);
  expect(probe.losses).toBe(0);
}, 60_000);

test("a connection that is made while signals are eased is made eased", async () => {
  const { probe, samplings, restarted } = await connected();
  probe.endpoint.ease(slowly);
  await until("eased", () => probe.eased.size === easedNames.length);
  probe.eased = new Map();
  await restarted();
  await until("connected anew, and eased", () => probe.losses === 1 && probe.eased.size === easedNames.length);
  expect(samplings()).toEqual(slow);
  probe.endpoint.ease(quickly);
  await until("nothing is eased", () => probe.eased.size === 0);
  expect(samplings()).toEqual(names.map(() => 0));
}, 60_000);

test("what the server refuses stays as it is and is named, the rest is eased, and it is asked again", async () => {
  const { server, probe, samplings } = await connected();
  const refuses = ["Signal7", "Signal9"];
  const modified = new Map<string, () => void>();
  const { _sessions } = server.server.engine as unknown as { _sessions: Record<string, { publishEngine: { _subscriptions: Record<string, { monitoredItems: Record<string, { node: { nodeId: { value: string } }; modify: unknown }> }> } }> };
  for (const session of Object.values(_sessions))
    for (const subscription of Object.values(session.publishEngine._subscriptions))
      for (const item of Object.values(subscription.monitoredItems)) {
        if (!refuses.includes(item.node.nodeId.value)) continue;
        const own = item.modify;
        item.modify = () => ({ statusCode: StatusCodes.BadMonitoredItemFilterUnsupported, revisedSamplingInterval: 0, revisedQueueSize: 0, filterResult: null });
        modified.set(item.node.nodeId.value, () => { item.modify = own; });
      }
  probe.endpoint.ease(slowly);
  await until("the rest is eased", () => probe.eased.size === 4);
  expect(samplings()).toEqual(slow.map((ms, index) => (refuses.includes(names[index] as string) ? 0 : ms)));
  expect(probe.status.detail).toContain("the server did not change the sampling of Signal7 (BadMonitoredItemFilterUnsupported), Signal9 (BadMonitoredItemFilterUnsupported); asked again each minute");
  for (const restore of modified.values()) restore();
  await until("the others too, as soon as the server takes it", () => probe.eased.size === 6);
  expect(probe.status.detail).not.toContain("did not change");
  expect(probe.losses).toBe(0);
}, 60_000);
