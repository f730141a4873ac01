import { expect, it } from "vitest";
import { at, plant, t0, twin } from "../../testing/shapes";
import type { Twin } from "../api/types";
import type { SignalHealth } from "../stream/staleness";
import { exceptions, severityById } from "./exceptions";
import { groupOf, packmlStates } from "./packml";
import { equipmentTree, find, isWithin } from "./tree";

const start = Date.parse(t0);
const line = (robot: Partial<Twin> = {}, cell: Partial<Twin> = {}) => equipmentTree([
  twin("p", "plant"), twin("p.a", "area"), twin("p.a.l", "line"), twin("p.a.l.c1", "station", cell), twin("p.a.l.c1.robot", "machine", robot), twin("p.a.l.c2", "station"),
]);
const look = (tree: ReturnType<typeof line>, minutes = 0, health: Record<string, SignalHealth> = {}, gateways = plant().gateways) =>
  exceptions(tree, new Map(Object.entries(health)), gateways, start + minutes * 60_000);
const said = (found: ReturnType<typeof look>) => found.map((each) => `${each.severity} ${each.reason} ${each.twin?.id ?? each.subject}`);
const signals = (n: number, stale: number, bad = 0): SignalHealth => ({ signals: n, stale, bad });

it("A plant that runs as it should has no exceptions", () => expect(look(line())).toEqual([]));

it("An aborted machine is the exception, not the station that it takes with it", () => {
  const tree = line({ state: "Aborted", fault: 4107 }, { state: "Aborted" });
  const found = look(tree);
  expect(said(found)).toEqual(["p1 aborted p.a.l.c1.robot"]);
  expect([...severityById(tree, found)].map(([id]) => id).sort()).toEqual(["p", "p.a", "p.a.l", "p.a.l.c1", "p.a.l.c1.robot"]);
});

it("A machine is held for a tip dress without anybody being told, and for longer than that with", () => {
  expect(look(line({ state: "Held" }), 4)).toEqual([]);
  expect(said(look(line({ state: "Held" }), 6))).toEqual(["p2 heldLong p.a.l.c1.robot"]);
});

it("A starved station waits ten minutes before it counts", () => {
  expect(look(line({}, { state: "Suspended" }), 9)).toEqual([]);
  expect(said(look(line({}, { state: "Suspended" }), 11))).toEqual(["p3 waitingLong p.a.l.c1"]);
});

it("An illegal transition is flagged until it is over", () => expect(said(look(line({ flags: ["illegalTransition"] })))).toEqual(["p3 flagged p.a.l.c1.robot"]));

it("One cause that flags every unit is one exception", () => {
  const tree = equipmentTree([twin("p", "plant"), ...[1, 2, 3, 4, 5].map((n) => twin(`p.m${n}`, "machine", { flags: n < 5 ? ["stateUnseen"] : ["illegalTransition"] }))]);
  expect(said(look(tree))).toEqual(["p3 flaggedMany p", "p3 flagged p.m5"]);
});

it("A silent line is one exception and marks all that stands in it", () => {
  const tree = line();
  const found = look(tree, 0, { "p.a.l": signals(2, 2), "p.a.l.c1": signals(3, 3), "p.a.l.c1.robot": signals(4, 4), "p.a.l.c2": signals(3, 3) });
  expect(said(found)).toEqual(["stale signalsStale p"]);
  expect(found[0]?.count).toEqual({ n: 12, of: 12 });
  expect(severityById(tree, found).get("p.a.l.c1.robot")).toBe("stale");
});

it("One stale and one bad signal are named where they are", () => {
  expect(said(look(line(), 0, { "p.a.l.c1": signals(3, 1), "p.a.l.c1.robot": signals(4, 0, 1), "p.a.l.c2": signals(3, 0) })))
    .toEqual(["stale signalsStale p.a.l.c1", "stale signalsBad p.a.l.c1.robot"]);
});

it("A gateway that is away comes first, an endpoint that is down says why", () => {
  const gateway = { name: "body-shop", since: t0, buffered: 0, dropped: 0 };
  expect(said(look(line({ state: "Held" }), 6, {}, [{ ...gateway, connected: false, endpoints: [] }]))).toEqual(["p1 gatewayAway body-shop", "p2 heldLong p.a.l.c1.robot"]);
  const [down] = look(line(), 0, {}, [{ ...gateway, connected: true, endpoints: [{ name: "body-line1", state: "refused", detail: "certificate not trusted" }] }]);
  expect(down).toMatchObject({ reason: "endpointDown", detail: "certificate not trusted" });
});

it("The worst comes first, and of equals the oldest", () => {
  const tree = equipmentTree([twin("p", "plant"), twin("p.b", "machine", { state: "Aborted", stateSince: at(60) }), twin("p.c", "machine", { state: "Aborting", stateSince: at(30) }), twin("p.d", "machine", { flags: ["x"] })]);
  expect(look(tree).map((each) => each.twin?.id)).toEqual(["p.c", "p.b", "p.d"]);
});

it("The tree follows ISA-95 parents, leaves work orders out and loses nobody", () => {
  const tree = equipmentTree([twin("p.a", "area"), twin("p", "plant"), twin("p.a.l.order-1", "workOrder"), twin("x.y", "machine")]);
  expect(tree.map((node) => node.twin.id)).toEqual(["p", "x.y"]);
  expect(find(tree, "p.a")?.twin.kind).toBe("area");
  expect([isWithin("p.a.l", "p.a"), isWithin("p.ab", "p.a")]).toEqual([true, false]);
});

it("Every PackML state but Undefined has a group", () => {
  expect(packmlStates.filter((state) => groupOf(state) === "unknown")).toEqual(["Undefined"]);
});
