import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { plantQuery } from "../api/queries";
import { exceptions, severityById } from "../plant/exceptions";
import { equipmentTree } from "../plant/tree";
import { useLiveView, usePlantNow } from "../stream/hooks";

/** The equipment tree and what is abnormal in it, now. */
export function usePlantTree() {
  const twins = useLiveView((view) => view.twins);
  return useMemo(() => equipmentTree(twins.values()), [twins]);
}

const noGateways: readonly never[] = [];

export function usePlantExceptions() {
  const tree = usePlantTree();
  const health = useLiveView((view) => view.health);
  const gateways = useQuery(plantQuery).data?.gateways ?? noGateways;
  const now = usePlantNow(1000);
  const found = useMemo(() => exceptions(tree, health, gateways, now), [tree, health, gateways, now]);
  const severity = useMemo(() => severityById(tree, found), [tree, found]);
  return { tree, found, severity };
}
