import { join } from "node:path";
import { AttributeIds, StatusCodes, type DataValue } from "node-opcua";
import { expect, test } from "vitest";
import { connected, runningSource, sourceMicros, subscribed, until } from "../testing/opcua-client.js";
import { openRecording } from "./open-recording.js";
import { Replay } from "./replay.js";

const recordings = join(import.meta.dirname, "../../../recordings");
const nodes = ["Pump.Pressure", "Pump.OilTemperature", "Pump.Current", "Pump.Program"].map((id) => `ns=2;s=${id}`);
const begin = Date.UTC(2026, 2, 2, 5) * 1000;

test("a subscriber hears every row of a recording, with its time, and then that it has ended", async () => {
  const opened = await openRecording(join(recordings, "pump.csv"), join(recordings, "pump.map.json"));
  if (opened.kind === "refused") throw new Error(opened.why);
  const running = await runningSource((listener, log) => new Replay(opened.recording, listener, { name: opened.name, speed: 60, loop: false, log }));
  try {
    await connected(running, async (session) => {
      const heard: DataValue[][] = nodes.map(() => []);
      const times: DataValue[] = [];
      await subscribed(session, [...nodes, "ns=2;s=Clock.PlantTime"], (node, value) => (heard[node] ?? times).push(value));
      await until("the end of the recording", () => heard.every((values) => values.at(-1)?.statusCode.equals(StatusCodes.UncertainNoCommunicationLastUsableValue)), 15_000);
      for (const values of heard) expect(values.map(sourceMicros)).toEqual([...Array.from({ length: 120 }, (_, row) => begin + row * 1_000_000), begin + 119_000_000]);
      const of = (node: number, row: number): unknown => (heard[node]?.[row]?.statusCode.isGood() === true ? heard[node]?.[row]?.value.value : heard[node]?.[row]?.statusCode.name);
      expect([of(0, 0), of(0, 40), of(1, 71), of(1, 73), of(2, 90), of(3, 29), of(3, 30)]).toEqual([159.9, "BadNoData", "BadNoData", expect.any(Number), "BadNoData", "Entlüften", "Prüfen"]);
      const good = times.filter((value) => value.statusCode.isGood()).map((value) => (value.value.value as Date).getTime());
      expect(good).toEqual([...good].sort((one, other) => one - other));
      expect(good.at(-1)).toBeGreaterThan(begin / 1000 + 100_000);
      expect((await session.read({ nodeId: "ns=2;s=Clock.Speed", attributeId: AttributeIds.Value })).value.value).toBe(60);
      expect((await session.read({ nodeId: "ns=2;s=Pump.Pressure.EngineeringUnits", attributeId: AttributeIds.Value })).value.value).toMatchObject({ displayName: { text: "bar" } });
    });
  } finally {
    await running.stop();
  }
});
