import { AttributeIds, BrowseDirection, DataType, StatusCodes, type ClientSession, type DataValue } from "node-opcua";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexOf, lineNodes, ns, t0 } from "./testing/line-nodes.js";
import { connected, runningServer, sourceMicros, subscribed, until, type Running } from "./testing/opcua-client.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";

const vibration = "ns=2;s=Cell1.Robot.Vibration";
const override = "ns=2;s=Cell1.Robot.SpeedOverride";

let plant: ScriptedPlant;
let running: Running;

beforeAll(async () => {
  plant = await new ScriptedPlant(lineNodes, () => [
    [indexOf("Cell1.Robot.Vibration"), 1.5, t0 + 123],
    [indexOf("Cell1.StateCurrent"), 6, t0],
    [indexOf("Cell1.Vehicle"), "V-000001", t0],
    [indexOf("Cell1.Robot.SpeedOverride"), 100, t0],
  ]).listen();
  running = await runningServer(plant);
});
afterAll(() => running.stop());

const names = async (session: ClientSession, nodeId: string): Promise<(string | null)[]> => {
  const result = await session.browse({ nodeId, browseDirection: BrowseDirection.Forward, referenceTypeId: "HierarchicalReferences", includeSubtypes: true, nodeClassMask: 0, resultMask: 63 });
  return (result.references ?? []).map((reference) => reference.browseName.name);
};

describe("the address space", () => {
  test("shows the line's namespace beside the server's own", () =>
    connected(running, async (session) => {
      expect(await session.readNamespaceArray()).toEqual(["http://opcfoundation.org/UA/", "urn:digitaltwin:opcua-server", ns]);
    }));

  test("follows the dots of the identifiers", () =>
    connected(running, async (session) => {
      expect(await names(session, "i=85")).toEqual(expect.arrayContaining(["Cell1", "Line", "Clock"]));
      expect(await names(session, "ns=2;s=Cell1")).toEqual(expect.arrayContaining(["Robot", "StateCurrent", "Vehicle", "Energy"]));
      expect(await names(session, "ns=2;s=Cell1.Robot")).toEqual(expect.arrayContaining(["Vibration", "SpeedOverride"]));
    }));

  test("gives each signal its type, range and engineering unit", () =>
    connected(running, async (session) => {
      const read = async (nodeId: string, attributeId: AttributeIds) => (await session.read({ nodeId, attributeId })).value.value as unknown;
      expect(String(await read(vibration, AttributeIds.DataType))).toBe("ns=0;i=11");
      expect(await read(`${vibration}.EURange`, AttributeIds.Value)).toMatchObject({ low: 0, high: 25 });
      expect(await read(`${vibration}.EngineeringUnits`, AttributeIds.Value)).toMatchObject({ namespaceUri: "http://www.opcfoundation.org/UA/units/un/cefact", unitId: 4403510, displayName: { text: "mm/s" } });
      expect(await read("ns=2;s=Cell1.StateCurrent", AttributeIds.DataType)).toMatchObject({ value: 6 });
      const type = await session.browse({ nodeId: vibration, browseDirection: BrowseDirection.Forward, referenceTypeId: "HasTypeDefinition", includeSubtypes: true, nodeClassMask: 0, resultMask: 63 });
      expect(type.references?.[0]?.browseName.name).toBe("AnalogUnitRangeType");
    }));

  test("carries the plant's time to the microsecond, and the wall clock's as server time", () =>
    connected(running, async (session) => {
      const value = await session.read({ nodeId: vibration, attributeId: AttributeIds.Value });
      expect(value.value.value).toBe(1.5);
      expect(sourceMicros(value)).toBe(t0 + 123);
      expect(Math.abs(Date.now() - (value.serverTimestamp?.getTime() ?? 0))).toBeLessThan(30_000);
    }));

  test("says that it waits for a signal the plant has not sent yet", () =>
    connected(running, async (session) => {
      const value = await session.read({ nodeId: "ns=2;s=Cell1.Energy", attributeId: AttributeIds.Value });
      expect(value.statusCode).toEqual(StatusCodes.BadWaitingForInitialData);
    }));

  test("lets the plant's clock move at least five times a second, at the plant's speed", () =>
    connected(running, async (session) => {
      const heard: DataValue[] = [];
      await subscribed(session, ["ns=2;s=Clock.PlantTime"], (_, value) => heard.push(value));
      plant.clock(t0, 20);
      const from = performance.now();
      await until("the clock has moved for a second", () => performance.now() - from > 1000);
      const times = heard.filter((value) => value.statusCode.isGood()).map((value) => (value.value.value as Date).getTime());
      expect(times.length).toBeGreaterThanOrEqual(5);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      const seconds = ((times.at(-1) ?? 0) - t0 / 1000) / 1000;
      expect(seconds).toBeGreaterThan(12);
      expect(seconds).toBeLessThan(26);
      expect((await session.read({ nodeId: "ns=2;s=Clock.Speed", attributeId: AttributeIds.Value })).value.value).toBe(20);
    }));
});

describe("a subscriber", () => {
  const burst = (from: number) => [
    [indexOf("Cell1.Energy"), 1, t0 + from, 0],
    [indexOf("Cell1.Energy"), 2, t0 + from + 1, StatusCodes.UncertainSensorNotAccurate.value],
    [indexOf("Cell1.Energy"), 3, t0 + from + 2, 0],
    [indexOf("Cell1.Energy"), 4, t0 + from + 3, 0],
  ] as const;

  test("whose queue overflows is told so, and costs no other subscriber a value", () =>
    connected(running, async (session) => {
      const small: DataValue[] = [];
      const large: DataValue[] = [];
      await subscribed(session, ["ns=2;s=Cell1.Energy"], (_, value) => small.push(value), 2);
      await subscribed(session, ["ns=2;s=Cell1.Energy"], (_, value) => large.push(value), 50);
      await until("the first value of both", () => small.length === 1 && large.length === 1);
      plant.values([...burst(10), ...burst(20)]);
      await until("all values and the last two", () => large.length >= 9 && small.length >= 3);
      expect(large.slice(1).map((value) => [value.value.value, value.statusCode.name])).toEqual([...burst(10), ...burst(20)].map(([, value, , status]) => [value, status === 0 ? "Good" : "UncertainSensorNotAccurate"]));
      expect(small.some((value) => value.statusCode.hasOverflowBit)).toBe(true);
    }));
});

describe("a written setpoint", () => {
  const write = (session: ClientSession, nodeId: string, value: number, dataType = DataType.Double) => session.write({ nodeId, attributeId: AttributeIds.Value, value: { value: { dataType, value } } });

  test("reaches the plant and answers what the plant answers", () =>
    connected(running, async (session) => {
      plant.answer = () => 0;
      expect(await write(session, override, 85)).toEqual(StatusCodes.Good);
      expect(plant.writes.at(-1)).toMatchObject({ node: indexOf("Cell1.Robot.SpeedOverride"), value: 85 });
    }));

  test("shows its new value only when the plant announces it", () =>
    connected(running, async (session) => {
      plant.answer = () => 0;
      const heard: DataValue[] = [];
      await subscribed(session, [override], (_, value) => heard.push(value));
      await until("the first value", () => heard.length > 0);
      const before = heard.length;
      expect(await write(session, override, 70)).toEqual(StatusCodes.Good);
      expect((await session.read({ nodeId: override, attributeId: AttributeIds.Value })).value.value).toBe(100);
      plant.values([[indexOf("Cell1.Robot.SpeedOverride"), 70, t0 + 5_000_000]]);
      await until("the plant's value", () => heard.length > before);
      expect(heard.slice(before).map((value) => [value.value.value, sourceMicros(value)])).toEqual([[70, t0 + 5_000_000]]);
    }));

  test("outside its range is refused by the physics, and nothing changes", () =>
    connected(running, async (session) => {
      plant.answer = () => 0x803c0000;
      const before = await session.read({ nodeId: override, attributeId: AttributeIds.Value });
      expect(await write(session, override, 900)).toEqual(StatusCodes.BadOutOfRange);
      expect(plant.writes.at(-1)).toMatchObject({ value: 900 });
      const after = await session.read({ nodeId: override, attributeId: AttributeIds.Value });
      expect([after.value.value, sourceMicros(after)]).toEqual([before.value.value, sourceMicros(before)]);
    }));

  test.each([
    ["a read-only signal", vibration, 3, DataType.Double, StatusCodes.BadNotWritable],
    ["a number of another type", override, 85, DataType.Int32, StatusCodes.BadTypeMismatch],
    ["not a number", override, Number.NaN, DataType.Double, StatusCodes.BadOutOfRange],
    ["infinity", override, Infinity, DataType.Double, StatusCodes.BadOutOfRange],
  ])("is refused before the plant hears of it: %s", (_, nodeId, value, dataType, status) =>
    connected(running, async (session) => {
      const before = plant.writes.length;
      expect(await write(session, nodeId, value, dataType)).toEqual(status);
      expect(plant.writes.length).toBe(before);
    }));

  test("that the plant does not answer is not called good", () =>
    connected(running, async (session) => {
      plant.answer = () => undefined;
      expect(await write(session, override, 60)).toEqual(StatusCodes.BadTimeout);
    }));
});

describe("when the plant is lost", () => {
  test("its last values turn uncertain, writes fail at once, and both come back with it", () =>
    connected(running, async (session) => {
      const heard: [string, number, number][] = [];
      await subscribed(session, [vibration], (_, value) => heard.push([value.statusCode.name, value.value.value as number, sourceMicros(value)]));
      await until("the first value", () => heard.length === 1);
      const { port } = plant;
      await plant.die();
      await until("the value is uncertain", () => heard.length === 2);
      expect(heard[1]).toEqual(["UncertainNoCommunicationLastUsableValue", heard[0]?.[1], heard[0]?.[2]]);
      expect((await session.read({ nodeId: "ns=2;s=Line.ProducedCount", attributeId: AttributeIds.Value })).statusCode).toEqual(StatusCodes.BadNoCommunication);
      const write = await session.write({ nodeId: override, attributeId: AttributeIds.Value, value: { value: { dataType: DataType.Double, value: 50 } } });
      expect(write).toEqual(StatusCodes.BadNoCommunication);

      // Only the connection was gone: the plant tells its newest value once more, then goes on.
      plant = await new ScriptedPlant(lineNodes, () => [[indexOf("Cell1.Robot.Vibration"), heard[0]?.[1] as number, heard[0]?.[2] as number]]).listen(port);
      await until("the value is good again", () => heard.length === 3);
      expect(heard[2]).toEqual(heard[0]);
      plant.values([[indexOf("Cell1.Robot.Vibration"), 2.5, t0 + 9_000_000]]);
      await until("the next value", () => heard.length === 4);
      expect(heard[3]).toEqual(["Good", 2.5, t0 + 9_000_000]);
    }));

  test("its clock is uncertain, and goes on without a step back when it resumes from a moment before", () =>
    connected(running, async (session) => {
      plant.clock(t0 + 60_000_000, 20);
      const heard: DataValue[] = [];
      await subscribed(session, ["ns=2;s=Clock.PlantTime"], (_, value) => heard.push(value));
      const newest = () => heard.at(-1) as DataValue;
      await until("the clock moves", () => heard.length >= 3 && newest().statusCode.isGood());
      const { port } = plant;
      await plant.die();
      await until("the clock is uncertain", () => heard.length > 0 && newest().statusCode.equals(StatusCodes.UncertainNoCommunicationLastUsableValue));
      plant = await new ScriptedPlant(lineNodes).listen(port);
      const before = heard.length;
      await until("the clock goes on", () => {
        plant.clock(t0 + 60_000_000, 20);
        return heard.length > before && newest().statusCode.isGood();
      });
      plant.clock(t0 + 80_000_000, 20);
      await until("it has caught up", () => (newest().value.value as Date).getTime() > t0 / 1000 + 80_000);
      const times = heard.map((value) => (value.value.value as Date).getTime());
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }));
});
