import { StatusCodes } from "node-opcua";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lineNodes, t0 } from "../testing/line-nodes.js";
import { until } from "../testing/opcua-client.js";
import { ScriptedPlant } from "../testing/scripted-plant.js";
import { PlantLink } from "./plant-link.js";

let plant: ScriptedPlant;
let link: PlantLink;
let heard: string[];
let meet: () => Promise<void>;
let run: Promise<void>;

beforeEach(async () => {
  heard = [];
  meet = () => Promise.resolve();
  plant = await new ScriptedPlant(lineNodes, () => [[0, 1, t0]]).listen();
  link = new PlantLink(
    () => Promise.resolve(plant.port),
    {
      announced: () => {
        heard.push("announced");
        return meet();
      },
      values: (values) => values.length > 0 && heard.push(`values ${values.length}`),
      clock: () => heard.push("clock"),
      cutOff: (endpoints) => endpoints.length > 0 && heard.push(`cut off ${endpoints.join(" and ")}`),
      lost: (why) => heard.push(`lost: ${why}`),
    },
    () => undefined,
  );
});
afterEach(async () => {
  link.close();
  await run.catch(() => undefined);
  await plant.die();
});

test("values wait until the announcement has been dealt with", async () => {
  let met: () => void = () => undefined;
  meet = () => new Promise((resolve) => (met = resolve));
  run = link.run();
  await until("the announcement", () => heard.length === 1);
  plant.values([[0, 2, t0 + 1], [1, 3, t0 + 1]]);
  expect(heard).toEqual(["announced"]);
  met();
  await until("the values", () => heard.length === 3);
  expect(heard).toEqual(["announced", "values 1", "values 2"]);
});

test("a plant that sends nonsense is left and met anew", async () => {
  run = link.run();
  await until("the first values", () => heard.length === 2);
  plant.values([[0, 1] as never]);
  await until("the second meeting", () => heard.length === 5);
  expect(heard[2]).toMatch(/^lost: a values line holds something else/);
  expect(heard.slice(3)).toEqual(["announced", "values 1"]);
});

test("an announcement that is refused ends the link with the reason", async () => {
  meet = () => Promise.reject(new Error("other nodes"));
  run = link.run();
  await expect(run).rejects.toThrow("other nodes");
});

test("a write without a plant is refused at once, and one that was cut off is not called good", async () => {
  run = Promise.resolve();
  expect(await link.write(5, 90)).toEqual(StatusCodes.BadNoCommunication);
  run = link.run();
  await until("the plant", () => heard.length === 2);
  plant.answer = () => undefined;
  const write = link.write(5, 90);
  await until("the write reached the plant", () => plant.writes.length === 1);
  await plant.die();
  expect(await write).toEqual(StatusCodes.BadTimeout);
});
