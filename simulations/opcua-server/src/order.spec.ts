import { afterAll, beforeAll, expect, test } from "vitest";
import { connected, runningServer, sourceMicros, subscribed, until, type Running } from "./testing/opcua-client.js";
import { ns, t0 } from "./testing/line-nodes.js";
import { ScriptedPlant } from "./testing/scripted-plant.js";
import type { PlantNode, PlantValue } from "./plant/protocol.js";

const nodeCount = 280;
const ticks = 60;
const tickMilliseconds = 50;
const valuesPerTick = 300; // 6,000 a second, as the first line at 20×

const nodes = Array.from({ length: nodeCount }, (_, n): PlantNode => ({ ns, id: `Cell${n % 8}.Signal${n}`, dataType: n % 2 === 0 ? "Double" : "Int32", writable: false }));

let plant: ScriptedPlant;
let running: Running;

beforeAll(async () => {
  plant = await new ScriptedPlant(nodes, () => nodes.map((_, n): PlantValue => [n, 0, t0])).listen();
  running = await runningServer(plant);
});
afterAll(() => running.stop());

/** One wall tick of plant time at 20×: some signals change several times in it, microseconds apart, one with a status that is not Good. */
function burst(tick: number): PlantValue[] {
  return Array.from({ length: valuesPerTick }, (_, k): PlantValue => {
    const node = (k * 7 + Math.floor(k / 40) * (tick % 3)) % nodeCount;
    const micros = t0 + (tick + 1) * tickMilliseconds * 20 * 1000 + k * 3;
    const value = (tick + k) % 3; // often unchanged: then only the time is new
    return k === 11 ? [node, value, micros, 0x40940000] : [node, value, micros]; // UncertainEngineeringUnitsExceeded
  });
}

test("every value of the plant reaches a subscriber at 20×, in order, with its own time and status", () =>
  connected(running, async (session) => {
    const heard: [number, number, number][][] = nodes.map(() => []);
    let count = 0;
    await subscribed(session, nodes.map((node) => `ns=2;s=${node.id}`), (node, value) => {
      heard[node]?.push([value.value.value as number, sourceMicros(value), value.statusCode.value]);
      count += 1;
    });
    await until("the newest value of each node", () => count === nodeCount);

    const sent: [number, number, number][][] = nodes.map(() => [[0, t0, 0]]);
    const start = performance.now();
    for (let tick = 0; tick < ticks; tick++) {
      await until("the next wall tick", () => performance.now() >= start + tick * tickMilliseconds);
      const values = burst(tick);
      plant.values(values);
      for (const [node, value, micros, status] of values) sent[node]?.push([value as number, micros, status ?? 0]);
    }
    await until("as many values as were sent", () => count >= nodeCount + ticks * valuesPerTick);
    expect(heard).toEqual(sent);
    expect(running.log).toEqual([]);
  }));
