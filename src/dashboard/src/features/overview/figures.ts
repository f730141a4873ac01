import type { OeeLosses } from "../../lib/api/types";
import { type TreeNode, descendants } from "../../lib/plant/tree";

/** Vehicles in work at or below a place: each once, also where two units tell of it while it is handed over. */
export const vehiclesIn = (node: TreeNode): number =>
  new Set([...descendants(node)].flatMap(({ twin }) => twin.kind === "station" && twin.currentVehicle ? [twin.currentVehicle] : [])).size;

/** Items an hour of planned busy time: those produced, and what the planned run time of an item would give. Null where nothing was planned. */
export function pace({ quantities, times }: Pick<OeeLosses, "quantities" | "times">): { readonly produced: number; readonly planned: number } | null {
  const hour = 3_600_000;
  if (times.plannedBusyMs <= 0 || times.plannedRunTimePerItemMs <= 0) return null;
  return { produced: (quantities.produced * hour) / times.plannedBusyMs, planned: hour / times.plannedRunTimePerItemMs };
}
