import { DataType } from "node-opcua";
import { expect, test } from "vitest";
import { readPlant } from "../plant/definition.js";
import { randomFrom } from "../testing/random.js";
import { draft, indexes, type DraftVariable } from "./draft.js";

const endpoint = { url: "opc.tcp://plc:4840", securityPolicy: "Basic256Sha256", userName: "gateway" } as const;
const variable = (path: string, more: Partial<DraftVariable> = {}): DraftVariable => {
  const names = path.split("/");
  const name = names.pop() ?? "";
  return {
    node: `nsu=urn:p;s=${path}`, namespaceUri: "urn:p", name, path: names.map((each) => ({ name: each, type: "BaseObjectType" })),
    builtIn: DataType.Double, typeName: "Double", readable: true, writable: false, ...more,
  };
};

/** Ids of the signals as the gateway resolves them. */
function idsOf(variables: readonly DraftVariable[]): readonly string[] {
  const result = readPlant(Buffer.from(JSON.stringify(draft(variables, endpoint, "UTC").definition)));
  if (result.kind === "faults") throw new Error(result.faults.join("\n"));
  return result.plant.signals.map(({ id }) => id);
}

test("one level of objects are cells, a second one machines", () => {
  expect(idsOf(["Cell1/State", "Cell1/Robot/State", "Cell2/State", "Power"].map((path) => variable(path)))).toEqual([
    "plant.area.line.Power", "plant.area.line.Cell1.State", "plant.area.line.Cell1.Robot.State", "plant.area.line.Cell2.State",
  ]);
});

test("what all objects have in common gives area and line their names", () => {
  expect(idsOf(["Plant/Body/Line1/Cell1/State", "Plant/Body/Line1/Cell2/State"].map((path) => variable(path)))).toEqual(["plant.Body.Line1.Cell1.State", "plant.Body.Line1.Cell2.State"]);
});

test("three levels are lines, cells and machines; four and more are areas too, and what is deeper is one machine", () => {
  expect(idsOf(["L1/C1/M1/T", "L2/C1/T", "L2/P"].map((path) => variable(path)))).toEqual(["plant.area.L1.C1.M1.T", "plant.area.L2.P", "plant.area.L2.C1.T"]);
  expect(idsOf(["A1/L1/C1/M1/Axis 1/T", "A2/L1/C1/T", "A2/P", "Q"].map((path) => variable(path)))).toEqual([
    "plant.general.general.general.Q", "plant.A1.L1.C1.M1-Axis-1.T", "plant.A2.general.general.P", "plant.A2.L1.C1.T",
  ]);
});

test("a name that no id can hold is written otherwise, and two that come to the same are told apart, also a machine and a signal", () => {
  expect(idsOf(["Ofen Süd/Temp °C", "Ofen Süd/Temp & C", "Ofen Süd/Robot", "Ofen Süd/Robot/T", "Zelle/1", "order-7/T", "%%/T"].map((path) => variable(path)))).toEqual([
    "plant.area.line.Ofen-Sud.Temp-C", "plant.area.line.Ofen-Sud.Temp-C-2", "plant.area.line.Ofen-Sud.Robot-2", "plant.area.line.Ofen-Sud.Robot.T",
    "plant.area.line.Zelle.1", "plant.area.line.xorder-7.T", "plant.area.line.x.T",
  ]);
});

test("each element of a matrix has its index", () => {
  expect(indexes([2, 2])).toEqual(["0,0", "0,1", "1,0", "1,1"]);
});

test("whatever tree of objects a server has, the reader takes the definition, with every signal once", () => {
  const seed = Date.now() % 100_000;
  const random = randomFrom(seed);
  const words = ["A", "B b", "C%", "Ä", "order-1", "-", "x_1"];
  for (let round = 0; round < 300; round++) {
    const paths = new Set(Array.from({ length: 1 + Math.floor(random() * 20) }, () => Array.from({ length: 1 + Math.floor(random() * 6) }, () => words[Math.floor(random() * words.length)]).join("/")));
    const ids = idsOf([...paths].map((path) => variable(path)));
    expect(new Set(ids).size, `seed ${seed}, round ${round}`).toBe(paths.size);
  }
});
