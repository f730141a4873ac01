// A real server is asked for less, and for all of it again: what counts is what its monitored items are then.
import { DataType, DataValue, MonitoredItemModifyResult, StatusCodes, Variant, type StatusCode } from "node-opcua";
import { beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { EndpointProbe, probePassword, trustAtProbe } from "../testing/endpoint-probe.js";
import { temporaryFolder, until } from "../testing/folder.js";
import { present } from "../testing/present.js";
import { TestServer, type TestServerOptions } from "../testing/test-server.js";
import { easedText } from "./endpoint.js";

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

async function connected(limits?: TestServerOptions["limits"], more: readonly string[] = []): Promise<{ server: TestServer; probe: EndpointProbe; samplings: () => number[]; restarted: () => Promise<void> }> {
  const folder = temporaryFolder();
  const options = { folder, namespaces: [uri], password: probePassword, numbers: names, ...(limits === undefined ? {} : { limits }) };
  let server = await TestServer.start({ ...options, port: 0 });
  onTestFinished(() => server.stop());
  await trustAtProbe(folder, server.certificateFile);
  const probe = await EndpointProbe.start({ folder, url: `opc.tcp://127.0.0.1:${server.port}`, items: [...items, ...more.map((name) => ({ name, node: `nsu=${uri};s=${name}` }))], periods: { askAgainMs: 200, compareMs: 500 } });
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
  for (const name of refuses) {
    const item = present(server.monitoredItems.get(name)?.[0]);
    const own = item.modify;
    item.modify = () => new MonitoredItemModifyResult({ statusCode: StatusCodes.BadMonitoredItemFilterUnsupported });
    modified.set(name, () => { item.modify = own; });
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

test("what waits in a queue when easing begins is delivered, also where it is more than is wanted of the queue from then on", async () => {
  const { server, probe } = await connected();
  await until("the first values are there", () => names.every((name) => probe.newest(name) === 0));
  const queued = Array.from({ length: 60 }, (_, index) => index + 1);
  server.beforeNext("ModifyMonitoredItems", () => { for (const value of queued) for (const name of names) server.set(uri, name, value, Date.now() * 1000 + value); });
  probe.endpoint.ease(() => 5000);
  await until("eased", () => probe.eased.size === names.length);
  await until("the newest of each is there", () => names.every((name) => probe.newest(name) === 60));
  for (const name of names) expect(probe.values.get(name)?.slice(1), name).toEqual(queued);
}, 60_000);

test("pressure that is back while the server is asked for all changes again is told, and after it all of them are asked for", async () => {
  const { server, probe, samplings } = await connected();
  probe.endpoint.ease(slowly);
  await until("eased", () => probe.eased.size === easedNames.length);
  let isBack = false;
  server.beforeNext("ModifyMonitoredItems", () => { isBack = true; probe.endpoint.ease((index) => (isEased(index) ? 400 : 0)); });
  probe.endpoint.ease(quickly);
  await until("it is told again", () => isBack && easedNames.every((name) => probe.eased.get(name) === 400));
  expect(samplings()).toEqual(names.map((_, index) => (isEased(index) ? 400 : 0)));
  probe.endpoint.ease(quickly);
  await until("nothing is eased", () => probe.eased.size === 0);
  expect(samplings()).toEqual(names.map(() => 0));
}, 60_000);

test("a server without room for a second item of a node makes it anew, and what was not seen meanwhile is told", async () => {
  const { server, probe, samplings } = await connected({ maxMonitoredItemsPerSubscription: 10, maxMonitoredItems: 10 });
  probe.endpoint.ease(slowly);
  await until("eased", () => probe.eased.size === easedNames.length);
  expect([...probe.holes]).toEqual([]);
  probe.endpoint.ease(quickly);
  await until("nothing is eased", () => probe.eased.size === 0);
  expect(samplings()).toEqual(names.map(() => 0));
  await until("each says that something may be missing", () => probe.holes.size === easedNames.length);
  expect([...probe.holes].sort()).toEqual(easedNames);
  for (const name of names) server.set(uri, name, 7, Date.now() * 1000);
  await until("all of them are delivered", () => names.every((name) => probe.newest(name) === 7));
  expect(probe.status.detail).toMatch(/^10 nodes of .* monitored$/);
  expect(probe.losses).toBe(0);
}, 60_000);

test("a node that comes to be there while its signal is eased is told as eased", async () => {
  const { server, probe } = await connected(undefined, ["Late"]);
  probe.endpoint.ease(() => 5000);
  await until("the others are eased", () => probe.eased.size === names.length);
  server.addNumber(uri, "Late");
  await until("it is monitored, and told", () => probe.eased.get("Late") === 5000);
  expect(server.monitored.get("Late")?.map(({ samplingMs }) => samplingMs)).toEqual([5000]);
  expect(probe.status.detail).toContain("eased: 11 of 11 nodes");
}, 60_000);

test("an endpoint of more nodes than a call takes arguments says how slowly they are sampled", () => {
  expect(easedText(new Map(Array.from({ length: 300_000 }, (_, index) => [index, index % 5000] as const)), 400_000)).toBe("eased: 300000 of 400000 nodes sampled each 4.999 s at the slowest");
});

test("a failure while sampling is changed ends the connection with its reason", async () => {
  const { probe } = await connected();
  probe.endpoint.ease(() => { throw new Error("no sampling is known"); });
  await until("it is lost", () => probe.losses === 1);
  expect(probe.log.join("\n")).toMatch(/lost the server at .*: no sampling is known; connecting anew/);
  probe.endpoint.ease(quickly);
  await until("connected anew", () => probe.status.state === "connected");
}, 60_000);

test("an old item that the server does not delete is named, and deleted as soon as the server does", async () => {
  const { server, probe, samplings } = await connected();
  probe.endpoint.ease(slowly);
  await until("eased", () => probe.eased.size === easedNames.length);
  const kept = present(server.monitoredItems.get("Signal7")?.[0]);
  const subscription = present(kept.$subscription) as unknown as { removeMonitoredItem: (id: number) => StatusCode };
  const own = subscription.removeMonitoredItem.bind(subscription);
  subscription.removeMonitoredItem = (id: number): StatusCode => (id === kept.monitoredItemId ? StatusCodes.BadInternalError : own(id));
  probe.endpoint.ease(quickly);
  await until("it is named", () => probe.status.detail.includes("did not change the sampling of Signal7 (its old item stays: BadInternalError)"));
  expect(server.monitored.get("Signal7")).toHaveLength(2);
  expect(probe.eased.size).toBe(0);
  subscription.removeMonitoredItem = own;
  await until("it is gone", () => server.monitored.get("Signal7")?.length === 1);
  await until("and not named any more", () => !probe.status.detail.includes("old item"));
  expect(samplings()).toEqual(names.map(() => 0));
  expect(probe.losses).toBe(0);
}, 60_000);

test("what an old item has sampled and not delivered yet when the new one is made is delivered", async () => {
  const { server, probe } = await connected();
  probe.endpoint.ease(slowly);
  await until("eased", () => probe.eased.size === easedNames.length);
  server.beforeNext("CreateMonitoredItems", () => {
    for (const name of easedNames) {
      const item = server.monitoredItems.get(name)?.[0];
      present(item)._enqueue_value(new DataValue({ value: new Variant({ dataType: DataType.Double, value: 1 }), sourceTimestamp: new Date(), serverTimestamp: new Date() }));
      server.set(uri, name, 2, Date.now() * 1000 + 1000);
    }
  });
  probe.endpoint.ease(quickly);
  await until("nothing is eased, and the newest is there", () => probe.eased.size === 0 && easedNames.every((name) => probe.newest(name) === 2));
  for (const name of easedNames) expect(probe.values.get(name), name).toContain(1);
}, 60_000);
