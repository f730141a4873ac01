import type { Gateway, Twin } from "../api/types";
import type { SignalHealth } from "../stream/staleness";
import { groupOf } from "./packml";
import type { TreeNode } from "./tree";

/** ISA-18.2 priorities as the page shows them; `stale` is its own kind: not "bad", but "not known". */
export type Severity = "p1" | "stale" | "p2" | "p3";
export const severities: readonly Severity[] = ["p1", "stale", "p2", "p3"];

export type Reason = "aborted" | "heldLong" | "waitingLong" | "flagged" | "flaggedMany" | "signalsStale" | "signalsBad" | "gatewayAway" | "endpointDown";

export interface PlantException {
  readonly key: string;
  readonly severity: Severity;
  readonly reason: Reason;
  /** Null when it is about a gateway. */
  readonly twin: Twin | null;
  readonly subject: string;
  /** Plant time, epoch milliseconds. */
  readonly since: number | null;
  readonly detail: string | null;
  readonly count?: { readonly of: number; readonly n: number };
}

/** A tip dress holds a gun for a minute or two, and a starved cell waits for a few cycles: only what outlasts that is an exception. Plant time. */
export const heldLongMs = 5 * 60_000;
export const waitingLongMs = 10 * 60_000;

/** All that is abnormal now, worst first, the oldest of equals first. @param plantNow epoch ms; null = not known yet, then nothing counts as long */
export function exceptions(tree: readonly TreeNode[], health: ReadonlyMap<string, SignalHealth>, gateways: readonly Gateway[], plantNow: number | null): readonly PlantException[] {
  const found = [...gateways.flatMap(ofGateway), ...gather(tree, tree.flatMap((node) => ofStates(node, plantNow))), ...tree.flatMap((node) => ofSignals(node, health))];
  return found.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.since ?? 0) - (b.since ?? 0));
}

function ofGateway(gateway: Gateway): PlantException[] {
  if (!gateway.connected) {
    return [{ key: `gateway:${gateway.name}`, severity: "p1", reason: "gatewayAway", twin: null, subject: gateway.name, since: null, detail: null }];
  }
  return gateway.endpoints.filter((endpoint) => !isConnected(endpoint.state)).map((endpoint) => (
    { key: `endpoint:${endpoint.name}`, severity: "p1", reason: "endpointDown", twin: null, subject: endpoint.name, since: null, detail: endpoint.detail ?? endpoint.state }));
}

export const isConnected = (state: string): boolean => state.toLowerCase() === "connected";

function ofStates({ twin, children }: TreeNode, plantNow: number | null): PlantException[] {
  const since = time(twin.stateSince);
  const lasted = since === null || plantNow === null ? 0 : plantNow - since;
  const group = groupOf(twin.state);
  const one = (severity: Severity, reason: Reason, detail: string | null): PlantException =>
    ({ key: `${reason}:${twin.id}:${detail ?? ""}`, severity, reason, twin, subject: twin.name, since, detail });
  const own: PlantException[] = [];
  const causedBelow = children.some((child) => groupOf(child.twin.state) === "aborted");   // then the machine is the exception, not the station it takes with it
  if (group === "aborted" && !causedBelow) own.push(one("p1", "aborted", twin.state));
  if (group === "held" && lasted > heldLongMs) own.push(one("p2", "heldLong", twin.state));
  if (group === "waiting" && lasted > waitingLongMs) own.push(one("p3", "waitingLong", twin.state));
  for (const flag of twin.flags) own.push({ ...one("p3", "flagged", flag), since: null });
  return [...own, ...children.flatMap((child) => ofStates(child, plantNow))];
}

/** One cause flags many: after a restart or a gap every unit's state may have changed unseen. From this many on they are told as one. */
const flood = 4;

function gather(tree: readonly TreeNode[], found: readonly PlantException[]): readonly PlantException[] {
  const top = tree[0]?.twin;
  const flags = [...new Set(found.flatMap((each) => (each.reason === "flagged" && each.detail !== null ? [each.detail] : [])))];
  const isOf = (flag: string) => (each: PlantException) => each.reason === "flagged" && each.detail === flag;
  const many = flags.filter((flag) => found.filter(isOf(flag)).length >= flood);
  if (top === undefined || many.length === 0) return found;
  return [
    ...many.map((flag): PlantException => {
      const n = found.filter(isOf(flag)).length;
      return { key: `flood:${flag}`, severity: "p3", reason: "flaggedMany", twin: top, subject: top.name, since: null, detail: flag, count: { n, of: n } };
    }),
    ...found.filter((each) => !many.some((flag) => isOf(flag)(each))),
  ];
}

/** A silent line is one exception, not three hundred: the highest twin below which everything is stale speaks for all. */
function ofSignals(node: TreeNode, health: ReadonlyMap<string, SignalHealth>): PlantException[] {
  const all = below(node, health);
  const own = health.get(node.twin.id) ?? nothing;
  const make = (reason: Reason, n: number, of: number): PlantException =>
    ({ key: `${reason}:${node.twin.id}`, severity: "stale", reason, twin: node.twin, subject: node.twin.name, since: null, detail: null, count: { n, of } });
  if (all.signals > 0 && all.stale === all.signals) return [make("signalsStale", all.stale, all.signals)];
  return [
    ...(own.stale > 0 ? [make("signalsStale", own.stale, own.signals)] : []),
    ...(own.bad > 0 ? [make("signalsBad", own.bad, own.signals)] : []),
    ...node.children.flatMap((child) => ofSignals(child, health)),
  ];
}

const nothing: SignalHealth = { signals: 0, stale: 0, bad: 0 };

function below(node: TreeNode, health: ReadonlyMap<string, SignalHealth>): SignalHealth {
  return node.children.map((child) => below(child, health)).reduce(
    (sum, each) => ({ signals: sum.signals + each.signals, stale: sum.stale + each.stale, bad: sum.bad + each.bad }),
    health.get(node.twin.id) ?? nothing,
  );
}

/** Worst severity at or below each twin: what the tree and the tiles show. */
export function severityById(tree: readonly TreeNode[], found: readonly PlantException[]): ReadonlyMap<string, Severity> {
  const worst = new Map<string, Severity>();
  const note = (id: string, severity: Severity) => {
    const known = worst.get(id);
    if (known === undefined || severities.indexOf(severity) < severities.indexOf(known)) worst.set(id, severity);
  };
  for (const { twin, severity } of found) if (twin) note(twin.id, severity);
  const spread = (node: TreeNode, silent: boolean): void => {
    const stillSilent = silent || found.some((each) => each.reason === "signalsStale" && each.twin?.id === node.twin.id && node.children.length > 0 && each.count?.n === each.count?.of);
    for (const child of node.children) {
      if (stillSilent) note(child.twin.id, "stale");
      spread(child, stillSilent);
      const severity = worst.get(child.twin.id);
      if (severity) note(node.twin.id, severity);
    }
  };
  for (const root of tree) spread(root, false);
  return worst;
}

const time = (iso: string | null): number | null => (iso === null ? null : Date.parse(iso));
