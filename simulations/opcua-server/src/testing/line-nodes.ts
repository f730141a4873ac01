import type { PlantNode } from "../plant/protocol.js";

export const ns = "urn:leipzig:body:line1";

const node = (id: string, dataType: PlantNode["dataType"], more: Partial<PlantNode> = {}): PlantNode => ({ ns, id, dataType, writable: false, ...more });

/** A few nodes of each kind that the first line has. */
export const lineNodes: readonly PlantNode[] = [
  node("Cell1.Robot.Vibration", "Double", { unit: { symbol: "mm/s", code: "C16" }, range: [0, 25], description: "Vibration velocity of axis 2" }),
  node("Cell1.StateCurrent", "Int32", { range: [0, 17] }),
  node("Cell1.Vehicle", "String"),
  node("Cell1.Energy", "Double", { unit: { symbol: "kWh", code: "KWH" } }),
  node("Line.ProducedCount", "UInt32"),
  node("Cell1.Robot.SpeedOverride", "Double", { unit: { symbol: "%", code: "P1" }, range: [10, 100], writable: true }),
];

export function indexOf(id: string): number {
  return lineNodes.findIndex((candidate) => candidate.id === id);
}

/** Plant time at which the tests begin, in microseconds. */
export const t0 = 1_800_000_000_000_000;
