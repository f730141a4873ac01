// @vitest-environment happy-dom
import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeHost, openPage, startFakeHost } from "../../testing/page";
import { kpi, kpis, stop } from "../../testing/shapes";

let host: FakeHost;
const worn = stop({ id: "leipzig.body.line1.cell3@20260105T070000000Z", from: "2026-01-05T07:00:00.000Z", to: "2026-01-05T07:06:00.000Z", seconds: 360, lostSeconds: 360, reason: "tool-wear", reasonName: "Tool or electrode worn", category: "unplanned", by: "Meier", note: "cap 4" });
const gate = stop({ id: "leipzig.body.line1.cell3@20260105T071000000Z", from: "2026-01-05T07:10:00.000Z", to: "2026-01-05T07:14:00.000Z", seconds: 240, lostSeconds: 240, reason: "safety", reasonName: "Gate open", category: "unplanned", by: "Meier" });

beforeEach(async () => {
  host = await startFakeHost();
  host.answers["/api/v1/stops"] = (url) => ({ items: url.searchParams.get("coded") === "false" ? [stop()] : [gate, worn, stop()], next: null });
});
afterEach(cleanup);

const line = "/oee/leipzig.body.line1";
const list = async () => within(await screen.findByTestId("stop-list"));
const ids = async () => (await list()).queryAllByTestId("stop").map((row) => row.dataset.reason);

it("Figures come with their definition, version, rule and period, and the waterfall adds up to the planned busy time", async () => {
  openPage(line);
  expect((await screen.findByTestId("oee-definition")).textContent).toBe("ISO 22400-2:2014, version 1");
  expect(screen.getByText(/line: OEE of its constraint station/).textContent).toContain("leipzig.body.line1.cell3");
  expect(screen.getByTestId("oee-window").textContent).toContain("2026-01-05 early");
  expect(screen.getByTestId("oee-waterfall").dataset.plannedMs).toBe(String(185 * 60_000));
  expect(screen.getByTestId("sums").textContent).toContain("add up");
  expect(screen.getByTestId("shift-parts").textContent).toBe("Shift 210.00 min − breaks 15.00 − planned stops 10.00 = planned busy 185.00 min");
  expect(screen.getByTestId("kpi-jobsPerHour").textContent).toContain("43.1\u00a0/\u00a060.0");
  expect(screen.getByTestId("kpi-firstTimeThrough").textContent).toContain("95.0");
});

it("A step of the waterfall leads to its reasons, a reason to its stops, and the address holds both", async () => {
  const { router } = openPage(line);
  await waitFor(async () => expect(await ids()).toEqual(["safety", "tool-wear", "uncoded"]));
  fireEvent.click(screen.getByRole("button", { name: "Breakdowns" }));
  await waitFor(async () => expect(await ids()).toEqual(["safety", "tool-wear"]));
  expect(within(screen.getByTestId("pareto")).getAllByRole("button").map((each) => each.textContent)).toEqual(["Tool or electrode worn", "Gate open"]);
  fireEvent.click(screen.getByRole("button", { name: "Gate open" }));
  await waitFor(async () => expect(await ids()).toEqual(["safety"]));
  expect(router.state.location.search).toMatchObject({ step: "unplanned", reason: "safety" });
  fireEvent.click((await list()).getByRole("button", { name: "show all" }));
  await waitFor(async () => expect(await ids()).toHaveLength(3));
});

it("Days and weeks are a choice away, a period stays chosen in the address, and the export is of what is shown", async () => {
  const before = kpi({ label: "2026-01-04 night", from: "2026-01-04T21:00:00.000Z", to: "2026-01-05T05:00:00.000Z", open: false });
  host.answers["/api/v1/kpis"] = () => kpis([before, kpi()]);
  const { router } = openPage(line);
  fireEvent.click(await screen.findByRole("button", { name: /2026-01-04 night/ }));
  await waitFor(() => expect(screen.getByTestId("oee-window").textContent).toContain("2026-01-04 night"));
  expect(router.state.location.search).toMatchObject({ at: "2026-01-04T21:00:00.000Z" });
  fireEvent.click(screen.getByRole("radio", { name: "Week" }));
  await waitFor(() => expect(host.asked.some((path) => path.includes("/kpis?scope=leipzig.body.line1&by=week"))).toBe(true));
  expect(router.state.location.search).toMatchObject({ by: "week" });
  expect(screen.getByTestId("csv").getAttribute("href")).toMatch(/^\/api\/v1\/kpis\?scope=leipzig\.body\.line1&by=week&from=.*&format=csv$/);
});

it("Restated figures stand beside the ones that were stated, with who and why", async () => {
  const why = "The stop leipzig.body.line1.cell3@20260105T060000000Z was coded as Planned maintenance.";
  host.answers["/api/v1/kpis"] = () => kpis([kpi({ open: false, oee: 0.7, before: kpi({ oee: 0.65 }), restatedAt: "2026-01-06T08:00:00.000Z", restatements: [{ at: "2026-01-06T08:00:00.000Z", by: "Meier", why }] })]);
  openPage(line);
  const oee = await screen.findByTestId("kpi-oee");
  expect(oee.textContent).toBe("OEE70.0\u00a0%65.0\u00a0% as stated");
  expect(oee.querySelector("s")?.textContent).toBe("65.0\u00a0%");
  expect(screen.getByTestId("kpi-scrapRatio").querySelector("s")).toBeNull();
  expect(screen.getByTestId("restated").textContent).toContain(`Meier: ${why}`);
});

it("A stop that waits is given a reason in a dialog that shows the same as a command; what the host refuses is said there", async () => {
  openPage(line);
  const queue = await screen.findByTestId("stop-queue");
  await waitFor(() => expect(queue.dataset.waiting).toBe("1"));
  fireEvent.click(within(queue).getByRole("button", { name: /^Code:/ }));
  const dialog = within(await screen.findByTestId("stop-dialog"));
  expect(dialog.getByRole<HTMLButtonElement>("button", { name: "Code" }).disabled).toBe(true);   // who says so is not known yet
  fireEvent.change(await dialog.findByLabelText("Reason"), { target: { value: "robot-waits" } });
  fireEvent.change(dialog.getByLabelText("Comment"), { target: { value: "no caps" } });
  fireEvent.change(dialog.getByLabelText("Your name"), { target: { value: "E. Meier" } });
  expect(dialog.getByTestId("cli-line").textContent).toBe("twin stop code leipzig.body.line1.cell3@20260105T060000000Z robot-waits --note 'no caps' --by 'E. Meier'");
  const path = "/api/v1/stops/leipzig.body.line1.cell3%4020260105T060000000Z/code";
  host.answers[path] = () => new Response(JSON.stringify({ title: "Refused", detail: "The note has 501 characters; at most 500 are kept.", code: "NOTE_TOO_LONG" }), { status: 422 });
  fireEvent.click(dialog.getByRole("button", { name: "Code" }));
  expect((await dialog.findByRole("alert")).textContent).toContain("at most 500 are kept. (NOTE_TOO_LONG)");
  host.answers[path] = () => ({ items: [], next: null });
  host.answers["/api/v1/stops"] = () => ({ items: [], next: null });
  fireEvent.click(dialog.getByRole("button", { name: "Code" }));
  await waitFor(() => expect(screen.queryByTestId("stop-dialog")).toBeNull());
  expect(host.posted.at(-1)).toEqual({ url: path, body: { reason: "robot-waits", note: "no caps", by: "E. Meier" } });
  await waitFor(() => expect(screen.getByTestId("stop-queue").dataset.waiting).toBe("0"));
});

it("A stop is split where a second one begins, and a code is taken back, each by whom it is said", async () => {
  localStorage.setItem("digitaltwin.by", "Meier");
  host.answers["/api/v1/stops/leipzig.body.line1.cell3%4020260105T070000000Z/split"] = () => ({ items: [], next: null });
  host.answers["/api/v1/stops/leipzig.body.line1.cell3%4020260105T070000000Z/undo"] = () => ({ items: [], next: null });
  openPage(line);
  fireEvent.click(await (await list()).findByRole("button", { name: /^Split:.*08:00:00/ }));
  const split = within(await screen.findByTestId("stop-dialog"));
  fireEvent.change(split.getByRole("spinbutton"), { target: { value: "500" } });
  expect(split.getByRole<HTMLButtonElement>("button", { name: "Split" }).disabled).toBe(true);   // the stop has 360 s
  fireEvent.change(split.getByRole("spinbutton"), { target: { value: "90" } });
  fireEvent.click(split.getByRole("button", { name: "Split" }));
  await waitFor(() => expect(host.posted.at(-1)?.body).toEqual({ at: "2026-01-05T07:01:30.000Z", by: "Meier" }));
  await waitFor(() => expect(screen.queryByTestId("stop-dialog")).toBeNull());
  fireEvent.click((await list()).getByRole("button", { name: /^Undo:.*08:00:00/ }));
  const undo = within(await screen.findByTestId("stop-dialog"));
  fireEvent.click(undo.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(host.posted.at(-1)).toEqual({ url: "/api/v1/stops/leipzig.body.line1.cell3%4020260105T070000000Z/undo", body: { by: "Meier" } }));
});

it("Where nothing was planned and nobody was there, the page says so instead of showing noughts", async () => {
  host.answers["/api/v1/kpis"] = () => kpis([]);
  openPage(line);
  expect((await screen.findByTestId("no-period")).textContent).toContain("There are no figures");
});

const weekAgo = kpi({ label: "2025-12-29 early", from: "2025-12-29T05:00:00.000Z", to: "2025-12-29T13:00:00.000Z", open: false, oee: 0.8, plannedBusySeconds: 370 * 60, notObservedSeconds: 0, produced: 300, good: 296 });
const night = kpi({ label: "2026-01-04 night", from: "2026-01-04T21:00:00.000Z", to: "2026-01-05T05:00:00.000Z", open: false, oee: 0.6 });
const shiftsOf = (...old: ReturnType<typeof kpi>[]) => (url: URL) => kpis(old.length > 0 && Date.parse(url.searchParams.get("to") ?? "") < Date.parse("2026-01-01") ? old : [night, kpi()]);

it("A shift is compared with the same one a week before, in its figures and in each step of the waterfall", async () => {
  host.answers["/api/v1/kpis"] = shiftsOf(weekAgo);
  openPage(line);
  await waitFor(() => expect(screen.getByTestId("baseline").textContent).toContain("2025-12-29 early: the same a week before."));
  expect(screen.getByTestId("baseline").textContent).toContain("still runs");
  expect(screen.getByTestId("delta-oee").textContent).toBe("−9.7 pts (80.0\u00a0%)");
  const steps = new Map(within(screen.getByTestId("waterfall-deltas")).getAllByRole("listitem", { hidden: true }).map((each) => [each.dataset.key, each.textContent]));
  expect(steps.get("plannedBusy")).toBe("(370.00)");
  expect(steps.get("uncoded")).toBe("+5.4 pts");   // 20 of 185 minutes, 20 of 370 then
  expect(steps.get("effective")).toBe("−9.7 pts");
});

it("Another baseline is a choice away and stays in the address; without figures it says so and no difference is shown", async () => {
  host.answers["/api/v1/kpis"] = shiftsOf({ ...weekAgo, plannedBusySeconds: 0 });
  const { router } = openPage(line);
  await waitFor(() => expect(screen.getByTestId("baseline").textContent).toContain("2026-01-04 night: the newest one before"));
  expect(screen.getByTestId("delta-oee").textContent).toContain("(60.0\u00a0%)");
  const choice = screen.getByLabelText("Compare with");
  fireEvent.change(choice, { target: { value: "none" } });
  await waitFor(() => expect(screen.queryByTestId("delta-oee")).toBeNull());
  expect(router.state.location.search).toMatchObject({ base: "none" });
  fireEvent.change(choice, { target: { value: night.from } });
  await waitFor(() => expect(screen.getByTestId("baseline").textContent).toContain("2026-01-04 night: chosen."));
  cleanup();
  openPage(`${line}?base=2025-12-29T05:00:00.000Z`);
  await waitFor(() => expect(screen.getByTestId("baseline").textContent).toContain("No baseline: there are no figures of the period chosen 2025-12-29 early."));
  expect(screen.queryByTestId("delta-oee")).toBeNull();
  expect(screen.queryByTestId("waterfall-deltas")).toBeNull();
});

it("A coded stop of another station than the figures' own says where it went and can be taken back from there", async () => {
  localStorage.setItem("digitaltwin.by", "Meier");
  const other = stop({ id: "leipzig.body.line1.cell2@20260105T060000000Z", station: "leipzig.body.line1.cell2" });
  host.answers["/api/v1/stops"] = (url) => ({ items: url.searchParams.get("coded") === "false" ? [other] : [], next: null });
  host.answers["/api/v1/stops/leipzig.body.line1.cell2%4020260105T060000000Z/code"] = () => ({ items: [{ ...other, reason: "robot-waits", reasonName: "Robot waits", category: "material", by: "Meier" }], next: null });
  host.answers["/api/v1/stops/leipzig.body.line1.cell2%4020260105T060000000Z/undo"] = () => ({ items: [other], next: null });
  openPage(line);
  fireEvent.click(await within(await screen.findByTestId("stop-queue")).findByRole("button", { name: /^Code:/ }));
  const dialog = within(await screen.findByTestId("stop-dialog"));
  fireEvent.change(await dialog.findByLabelText("Reason"), { target: { value: "robot-waits" } });
  fireEvent.click(dialog.getByRole("button", { name: "Code" }));
  const result = within(await screen.findByTestId("stop-result"));
  expect(result.getByText("Robot waits")).toBeTruthy();
  expect(result.getByRole("link").getAttribute("href")).toMatch(/^\/oee\/leipzig\.body\.line1\.cell2\?at=.*reason=robot-waits/);
  fireEvent.click(result.getByRole("button", { name: "Undo…" }));
  fireEvent.click(within(await screen.findByTestId("stop-dialog")).getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(screen.getByTestId("stop-result").textContent).toContain("waits for a reason again"));
});
