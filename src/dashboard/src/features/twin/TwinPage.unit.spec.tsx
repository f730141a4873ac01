// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeHost, openPage, snapshot, startFakeHost, stream } from "../../testing/page";
import { at, plantTwins, robot, t0, twin, value } from "../../testing/shapes";
import { equipmentTree } from "../../lib/plant/tree";
import { neighbours } from "./around";

let host: FakeHost;
beforeEach(async () => {
  host = await startFakeHost();
  host.answers["/api/v1/signals"] = () => ({ items: [
    { id: `${robot}.vibration`, owner: robot, name: "vibration", role: "measurement", type: "number", unit: "mm/s", low: 0, high: 25, texts: {} },
    { id: `${robot}.program`, owner: robot, name: "program", role: "measurement", type: "number", unit: null, low: null, high: null, texts: { "3": "Spot weld" } }] });
});
afterEach(cleanup);

const cells = () => [
  ...plantTwins().slice(0, 3), ...["cell2", "cell3", "cell4"].map((cell) => twin(`leipzig.body.line1.${cell}`, "station")),
  twin(robot, "machine", { name: "Robot 3", reported: { program: value(3), vibration: value(4) } }), twin("leipzig.body.line1.cell3.gun", "machine", { name: "Gun 3", state: "Aborted" }),
];
const around = () => within(screen.getByTestId("neighbours")).getAllByRole("link").map((link) => link.textContent);

it("Around a machine stand its cell, the cells before and after it, and the machines beside it", () => {
  const tree = equipmentTree(cells());
  expect(neighbours(tree, robot).map((each) => `${each.relation} ${each.twin.id}`)).toEqual([
    "above leipzig.body.line1.cell3", "before leipzig.body.line1.cell2", "beside leipzig.body.line1.cell3.gun", "after leipzig.body.line1.cell4"]);
  expect(neighbours(tree, "leipzig.body.line1.cell2").map((each) => each.relation)).toEqual(["above", "after"]);
  expect(neighbours(tree, "leipzig").map((each) => each.relation)).toEqual(["below"]);
  expect(neighbours(tree, "leipzig.gone")).toEqual([]);
});

it("A number with a meaning is shown as what it means, by the plant definition", async () => {
  const { live } = openPage(`/twins/${robot}?signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), items: cells() }); live.flush(); });
  await waitFor(() => expect(screen.getByTestId("value-program").textContent).toBe("Spot weld"));
  act(() => { source.send("tags", { ids: [`${robot}.program`], v: [9], t: [Date.parse(at(1))], q: ["good"], age: [0] }); live.flush(); });
  expect(screen.getByTestId("value-program").textContent).toBe("9");
});

it("At a moment of the past every panel is of that moment: values, events up to it, and what stood around, with the links staying there", async () => {
  const then = encodeURIComponent(at(-600));
  host.answers[`/api/v1/twins/${robot}`] = () => twin(robot, "machine", { name: "Robot 3", state: "Held", offset: 5, reported: { program: value(3, { t: at(-601) }), speed: value(1, { t: at(-900), q: "stale" }) } });
  host.answers["/api/v1/cuts"] = () => ({ offset: 5, at: at(-600), items: cells().slice(2).map((each) => ({ ...each, parent: each.kind === "line" ? null : each.parent, state: each.kind === "line" ? null : "Suspended", stateSince: at(-660) })) });
  const { live, router } = openPage(`/twins/${robot}?at=${then}&signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), items: cells() }); live.flush(); });
  await waitFor(() => expect(screen.getByTestId("past-program").textContent).toBe("Spot weld"));
  await waitFor(() => expect(around()).toEqual(["part of cell3Suspended1:00", "before cell2Suspended1:00", "beside Gun 3Suspended1:00", "after cell4Suspended1:00"]));
  expect(host.asked).toContain(`/api/v1/cuts?scope=leipzig.body.line1&at=${then}`);
  expect(within(screen.getByTestId("neighbours")).getAllByRole("link")[0]?.getAttribute("href")).toContain(`at=${then}`);
  expect(screen.getByTestId("fresh-then").textContent).toContain("1 of 2 values were fresh at that time");
  expect(screen.getByTestId("freshness").textContent).toContain("Data now");   // of the whole plant, and not of then
  fireEvent.click(screen.getByRole("tab", { name: "Events" }));
  await waitFor(() => expect(host.asked.some((path) => path.startsWith(`/api/v1/twins/${robot}/events`) && path.includes(`to=${then}`))).toBe(true));
  act(() => { source.send("delta", { offset: 99, event: { offset: 99, entity: robot, seq: 2, name: "unit.state-changed.v1", at: at(5), recorded: t0, data: {} }, twin: null }); live.flush(); });
  expect(screen.getAllByTestId("event-row").map((row) => row.dataset.offset)).toEqual(["7"]);
  expect(router.state.location.search).toMatchObject({ tab: "events", at: at(-600) });
});

it("A moment of the timeline can be gone to, with the mouse and without", async () => {
  const { live, router } = openPage(`/twins/${robot}?signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), items: cells() }); live.flush(); });
  const rows = await screen.findByRole("group", { name: /State timeline/ });
  const box = vi.spyOn(rows.querySelector("svg") ?? rows, "getBoundingClientRect").mockReturnValue({ left: 0, width: 900 } as DOMRect);
  fireEvent.pointerMove(rows, { clientX: 450 });
  fireEvent.click(rows, { clientX: 450 });
  await waitFor(() => expect(Date.parse(String(router.state.location.search.at)) / 1000).toBeCloseTo(Date.parse(at(-450)) / 1000, -1));
  box.mockRestore();
  fireEvent.click(screen.getByRole("button", { name: "Back to now" }));
  const again = await screen.findByRole("group", { name: /State timeline/ });
  fireEvent.keyDown(again, { key: "Home" });
  fireEvent.keyDown(again, { key: "Enter" });
  await waitFor(() => expect(Date.parse(String(router.state.location.search.at)) / 1000).toBeCloseTo(Date.parse(at(-900)) / 1000, -1));
});
