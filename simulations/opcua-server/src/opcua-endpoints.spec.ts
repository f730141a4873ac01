import { connect } from "node:net";
import { AttributeIds, DataType, StatusCodes, type ClientSession, type DataValue } from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PlantNode } from "./plant/protocol.js";
import { t0 } from "./testing/line-nodes.js";
import { connected, runningServer, sourceMicros, subscribed, until, type Identity, type Running } from "./testing/opcua-client.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";

const nodes: readonly PlantNode[] = [
  { endpoint: "body", ns: "urn:body", id: "Line.Power", dataType: "Double", writable: false },
  { endpoint: "paint", ns: "urn:paint", id: "Clock.PlantTime", dataType: "DateTime", writable: false },
  { endpoint: "paint", ns: "urn:paint", id: "Line.Power", dataType: "Double", writable: false },
  { endpoint: "body", ns: "urn:body:stores", id: "Lanes.Full", dataType: "Int32", writable: false },
  { endpoint: "paint", ns: "urn:paint", id: "Oven.Setpoint", dataType: "Double", writable: true },
];

let plant: ScriptedPlant;
let running: Running;

beforeAll(async () => {
  plant = await new ScriptedPlant(nodes, () => [[0, 10, t0], [2, 20, t0], [3, 3, t0], [4, 180, t0]]).listen();
  running = await runningServer(plant);
});
afterAll(() => running.stop());

/** A session with the endpoint of that name. */
function at<T>(name: string, use: (session: ClientSession) => Promise<T>, identity: Identity = {}): Promise<T> {
  const server = running.endpoints.find((endpoint) => endpoint.name === name);
  if (server === undefined) throw new Error(`there is no endpoint ${name}`);
  return connected({ ...running, server }, use, identity);
}

/** Why nobody is let in. */
function refused(port: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => reject(new Error("somebody was let in"))).on("error", (error: NodeJS.ErrnoException) => resolve(error.code));
    socket.unref();
  });
}

const value = (session: ClientSession, nodeId: string): Promise<DataValue> => session.read({ nodeId, attributeId: AttributeIds.Value });

test("each endpoint has its own port and namespaces, and all show one certificate: they are one application", async () => {
  expect(new Set(running.endpoints.map((endpoint) => endpoint.port)).size).toBe(2);
  expect(new Set(running.endpoints.map((endpoint) => endpoint.certificateFile)).size).toBe(1);
  expect((await at("body", (session) => session.readNamespaceArray())).slice(2)).toEqual(["urn:body", "urn:body:stores"]);
  expect((await at("paint", (session) => session.readNamespaceArray())).slice(2)).toEqual(["urn:paint"]);
});

test("a value is shown where its node is, and nowhere else", async () => {
  await at("body", async (session) => {
    expect((await value(session, "ns=2;s=Line.Power")).value.value).toBe(10);
    expect((await value(session, "ns=3;s=Lanes.Full")).value.value).toBe(3);
    expect((await value(session, "ns=2;s=Oven.Setpoint")).statusCode).toEqual(StatusCodes.BadNodeIdUnknown);
  });
  await at("paint", async (session) => {
    const heard: DataValue[] = [];
    await subscribed(session, ["ns=2;s=Line.Power"], (_, changed) => heard.push(changed));
    await until("the first value", () => heard.length === 1);
    plant.values([[0, 11, t0 + 1], [2, 21, t0 + 2], [0, 12, t0 + 3], [2, 22, t0 + 4]]);
    await until("both values", () => heard.length === 3);
    expect(heard.map((changed) => [changed.value.value, sourceMicros(changed)])).toEqual([[20, t0], [21, t0 + 2], [22, t0 + 4]]);
  });
});

test("a written setpoint reaches the plant by the number that the plant gave its node", () =>
  at("paint", async (session) => {
    const status = await session.write({ nodeId: "ns=2;s=Oven.Setpoint", attributeId: AttributeIds.Value, value: { value: { dataType: DataType.Double, value: 182 } } });
    expect(status).toEqual(StatusCodes.Good);
    expect(plant.writes.at(-1)).toMatchObject({ node: 4, value: 182 });
  }));

test("a cut network drops and refuses the connections of its endpoint alone, and when it is whole the subscription has what it missed", async () => {
  const server = running.endpoints.find((endpoint) => endpoint.name === "paint");
  await at("paint", async (session) => {
    const heard: unknown[] = [];
    await subscribed(session, ["ns=2;s=Line.Power"], (_, changed) => heard.push(changed.value.value));
    await until("the first value", () => heard.length === 1);
    plant.clock(t0 + 1_000_000, 20, ["paint", "a server that this plant has not"]);
    await until("the cut", () => server?.isCut() === true);
    plant.values([[2, 31, t0 + 5], [2, 32, t0 + 6]]);
    await expect(refused(server?.port ?? 0)).resolves.toBe("ECONNREFUSED");
    await at("body", async (other) => expect((await value(other, "ns=2;s=Line.Power")).statusCode).toEqual(StatusCodes.Good));
    expect(heard).toHaveLength(1);

    plant.clock(t0 + 2_000_000, 20);
    await until("what the subscription missed", () => heard.length === 3);
    expect(heard.slice(1)).toEqual([31, 32]);
  }, { reconnects: true });
  expect(running.log.filter((line) => line.includes("network"))).toEqual(["the network to paint is cut: its connections are dropped and none is taken", "the network to paint is whole again"]);
});

test("every endpoint tells the plant's time and speed, and turns uncertain with the plant", async () => {
  plant.clock(t0 + 60_000_000, 20);
  for (const name of ["body", "paint"])
    await at(name, async (session) => {
      await until("the speed", async () => (await value(session, "ns=2;s=Clock.Speed")).value.value === 20);
      expect(((await value(session, "ns=2;s=Clock.PlantTime")).value.value as Date).getTime()).toBeGreaterThanOrEqual(t0 / 1000 + 60_000);
    });
  await plant.die();
  for (const name of ["body", "paint"])
    await at(name, (session) => until("it is uncertain", async () => (await value(session, "ns=2;s=Line.Power")).statusCode.equals(StatusCodes.UncertainNoCommunicationLastUsableValue)));
});
