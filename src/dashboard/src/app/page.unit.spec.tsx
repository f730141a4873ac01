// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type FakeHost, openPage, snapshot, startFakeHost, stream } from "../testing/page";
import { at, plant, plantTwins, robot, t0, twin, value } from "../testing/shapes";
import { type plantRouter } from "./router";

let answers: FakeHost["answers"];
let asked: FakeHost["asked"];
let posted: FakeHost["posted"];
let router: ReturnType<typeof plantRouter>;

beforeEach(async () => { ({ answers, asked, posted } = await startFakeHost()); });
afterEach(() => { cleanup(); vi.useRealTimers(); });

/** Ages and the plant's clock stand still, however long the test takes; only timers go on. */
const stopTheClock = () => vi.useFakeTimers({ toFake: ["Date", "performance"] });

function open(path: string) {
  const opened = openPage(path);
  ({ router } = opened);
  return opened.live;
}

it("The overview shows the plant in grey, and a fault on the tile and first among the exceptions", async () => {
  stopTheClock();
  const live = open("/");
  expect(await screen.findByTestId(`tile-${robot}`)).toHaveProperty("dataset.severity", "none");
  expect((await screen.findByTestId("plant-clock")).textContent).toBe("09:30:00");
  expect(screen.getByTestId("plant-live").textContent).toBe("WAITING");
  const source = await stream();
  expect(decodeURIComponent(source.url)).toBe("/api/v1/stream?hz=4&topics=plant,twin:leipzig,tags:leipzig");
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  expect(screen.getByTestId("stream-state").dataset.state).toBe("open");
  expect(screen.getByTestId("plant-live").textContent).toBe("LIVE");
  expect(screen.getByTestId("freshness").textContent).toContain("100 %");
  act(() => {
    source.send("delta", { offset: 11, event: { offset: 11, entity: robot, seq: 2, name: "unit.state-changed.v1", at: at(5), recorded: t0, data: {} }, twin: twin(robot, "machine", { name: "Robot 3", state: "Aborted", stateSince: at(5), fault: 4107 }) });
    live.flush();
  });
  expect(screen.getByTestId(`tile-${robot}`)).toHaveProperty("dataset.severity", "p1");
  const exception = within(screen.getByTestId("exceptions")).getByTestId("exception");
  expect(exception.textContent).toContain("Robot 3Aborted · Fault 4107");
  expect(exception.getAttribute("href")).toBe(`/twins/${robot}`);
  act(() => { source.send("heartbeat", { offset: 11, wall: t0, plantTime: at(5), speed: 0, freshness: plant().freshness }); live.flush(); });
  await waitFor(() => expect(screen.getByTestId("plant-live").textContent).toBe("STANDS"));
  expect(screen.getByTestId("plant-clock").textContent).toBe("09:30:05");
});

it("A plant of several lines shows every unit once, by area, and a fault of a machine on the unit that has it and on its area", async () => {
  const twins = () => [
    ...plantTwins().slice(0, 4), twin(robot, "machine", { name: "Robot 3", state: "Aborted", fault: 4107 }),
    twin("leipzig.paint", "area", { name: "Paint shop" }), twin("leipzig.paint.top", "line", { name: "Top coat", counts: { produced: 9, good: 9, scrap: 0 } }),
    twin("leipzig.paint.top.booth1", "station", { name: "Booth 1", currentVehicle: "B.11", reported: { state: value(6, { staleAfter: 600 }) } }), twin("leipzig.paint.top.oven1", "station", { name: "Oven 1", currentVehicle: "B.12", reported: { state: value(6, { age: 60 }) } }),
  ];
  answers["/api/v1/twins"] = () => ({ items: twins(), next: null });
  const live = open("/");
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), items: twins() }); live.flush(); });
  const tile = (id: string) => screen.getByTestId(`tile-${id}`);
  expect((await screen.findByTestId("tile-leipzig.body")).dataset.severity).toBe("p1");
  expect(tile("leipzig.body.line1.cell3").dataset.severity).toBe("p1");
  expect(tile("leipzig.body.line1.cell3").getAttribute("href")).toBe("/twins/leipzig.body.line1.cell3");
  expect(tile("leipzig.paint.top.booth1").dataset.severity).toBe("none");
  await waitFor(() => expect(tile("leipzig.paint.top.oven1").className).toContain("hatched"));
  expect(tile("leipzig.paint.top.booth1").className).not.toContain("hatched");
  expect(screen.getByTestId("wip-leipzig.paint").textContent).toBe("2");
  expect(screen.getByTestId("wip-leipzig.paint").closest(".hatched")).toBeTruthy();   // nobody hears of the oven: its vehicle may be gone
  await waitFor(() => expect(tile("leipzig.body.line1").textContent).toContain("JPH 89.1/60.0"));
  expect(screen.queryByTestId("state-timeline")).toBeNull();   // sixty rows of it belong on the line's own page
});

it("A twin shows reported beside desired; when the stream is lost every value is stale, and it resumes without a reload", async () => {
  const live = open(`/twins/${robot}?signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  expect((await screen.findByTestId("twin-state")).textContent).toBe("Execute");
  const vibration = () => screen.getByTestId("value-vibration");
  await waitFor(() => expect(vibration().dataset.quality).toBe("good"));
  expect(vibration().textContent).toBe("4.21 mm/s");
  expect(vibration().closest("table")?.textContent).toContain("100 %−5");
  act(() => source.drop());
  expect(vibration().dataset.quality).toBe("stale");
  expect(vibration().className).toContain("hatched");
  expect(screen.getByTestId("stream-lost").textContent).toContain("Every value is stale");
  act(() => { source.send("snapshot", { ...snapshot(), items: [...plantTwins().slice(0, 4), twin(robot, "machine", { state: "Held", reported: { vibration: value(5) } })] }); live.flush(); });
  expect(vibration().dataset.quality).toBe("good");
  expect(vibration().textContent).toBe("5");
  expect(screen.getByTestId("twin-state").textContent).toBe("Held");
  expect(screen.queryByTestId("stream-lost")).toBeNull();
  expect(await screen.findByTestId("state-timeline")).toBeTruthy();
});

const silent = { state: value(9, { age: 60 }), fault: value(4_294_971_403, { age: 60 }), mode: value(1), speedOverride: value(95, { unit: "%", q: "bad" }) };
const brokenRobot = () => twin(robot, "machine", { state: "Aborted", fault: 4_294_971_403, flags: ["journalDamaged"], reported: silent, desired: { speedOverride: { v: 100, t: t0, unit: "%", by: "plant definition" } } });

it("What a silent machine last said of itself is hatched with its age, its timeline ends, and no difference is claimed", async () => {
  stopTheClock();
  const live = open(`/twins/${robot}?signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), items: [...plantTwins().slice(0, 4), brokenRobot()] }); live.flush(); });
  const known = (element: Element) => element.querySelector(".hatched")?.getAttribute("title") ?? element.closest(".hatched")?.getAttribute("title");
  await waitFor(() => expect(known(screen.getByTestId("twin-state"))).toBe("STALE, Age 60 s"));
  expect(known(screen.getByTestId("fact-fault"))).toBe("STALE, Age 60 s");
  expect(screen.getByTestId("fact-fault").textContent).toContain("4294971403");
  expect(known(screen.getByTestId("fact-mode"))).toBeUndefined();
  expect(screen.getByTestId("value-speedOverride").closest("tr")?.textContent).toMatch(/100 %–$/);
  expect(screen.getAllByTestId("flag")[0]?.textContent).toContain("Journal damaged");
  vi.advanceTimersByTime(3_000);   // the plant goes on, and nobody hears of the robot
  await waitFor(() => expect(screen.getByTestId("state-timeline").querySelector("[data-row] [data-group='unknown']")).toBeTruthy());
});

it("A broken machine that nobody hears of is hatched as well as red, and so is the state of its line once a station is silent", async () => {
  const live = open("/");
  const source = await stream();
  const cell = twin("leipzig.body.line1.cell3", "station", { currentVehicle: "B.17", reported: { state: value(6, { age: 60 }), vehicle: value("B.17") } });
  act(() => { source.send("snapshot", { ...snapshot(), items: [...plantTwins().slice(0, 3), cell, brokenRobot()] }); live.flush(); });
  const tile = await screen.findByTestId(`tile-${robot}`);
  await waitFor(() => expect(tile.className).toContain("hatched"));
  expect(tile.dataset.severity).toBe("p1");
  expect(screen.getByTestId("tile-leipzig.body.line1").querySelector("header .known")?.textContent).toContain("Execute");
  expect(screen.getByTestId(`tile-${cell.id}`).querySelector(".tile-vehicle .known")).toBeNull();
});

it("A twin is shown as it was at a moment of the plant's time, says so, and comes back to now", async () => {
  answers[`/api/v1/twins/${robot}`] = () => twin(robot, "machine", { name: "Robot 3", state: "Held", stateSince: at(-700), offset: 5, reported: { vibration: value(2.5, { unit: "mm/s", t: at(-601) }) } });
  const live = open(`/twins/${robot}?at=${encodeURIComponent(at(-600))}&signals=none`);
  const source = await stream();
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  expect((await screen.findByTestId("as-of")).textContent).toContain("AS OF 05/01/2026, 09:20:00.000");
  expect((await screen.findByTestId("twin-state")).textContent).toBe("Held");
  expect(screen.getByTestId("past-vibration").textContent).toBe("2.50 mm/s");
  expect(asked).toContain(`/api/v1/twins/${robot}?at=${encodeURIComponent(at(-600))}`);
  act(() => { source.send("tags", { ids: [`${robot}.vibration`], v: [9], t: [Date.parse(t0)], q: ["good"], age: [0] }); live.flush(); });
  expect(screen.getByTestId("past-vibration").textContent).toBe("2.50 mm/s");
  fireEvent.change(screen.getByLabelText("Plant time to go to"), { target: { value: "2026-01-05T09:00:00" } });
  fireEvent.click(screen.getByRole("button", { name: "Go" }));
  await waitFor(() => expect(asked).toContain(`/api/v1/twins/${robot}?at=${encodeURIComponent("2026-01-05T08:00:00.000Z")}`));
  fireEvent.click(screen.getByRole("button", { name: "Back to now" }));
  await waitFor(() => expect(screen.getByTestId("twin-state").textContent).toBe("Execute"));
  expect(screen.queryByTestId("as-of")).toBeNull();
});

it("A twin's events come from the journal and grow with the stream", async () => {
  const live = open(`/twins/${robot}?tab=events`);
  const source = await stream();
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  await waitFor(() => expect(screen.getAllByTestId("event-row")).toHaveLength(1));
  act(() => {
    source.send("delta", { offset: 12, event: { offset: 12, entity: robot, seq: 2, name: "unit.state-changed.v1", at: at(5), recorded: t0, data: { from: "Execute", to: "Aborting" } }, twin: null });
    live.flush();
  });
  expect(screen.getAllByTestId("event-row").map((row) => row.dataset.offset)).toEqual(["12", "7"]);
});

it("When more happened to a machine than the page keeps, what lies between is fetched: no row is missing", async () => {
  const offsets = [7];
  const row = (offset: number) => ({ offset, entity: robot, seq: offset, name: "unit.state-changed.v1", at: t0, recorded: t0, data: {} });
  answers[`/api/v1/twins/${robot}/events`] = () => ({ items: offsets.toReversed().map(row), next: null });
  const live = open(`/twins/${robot}?tab=events`);
  const source = await stream();
  act(() => { source.send("snapshot", { ...snapshot(), offset: 7 }); live.flush(); });
  await waitFor(() => expect(screen.getAllByTestId("event-row")).toHaveLength(1));
  act(() => {
    for (let offset = 8; offset < 308; offset++) { offsets.push(offset); source.send("delta", { offset, event: row(offset), twin: null }); }
    live.flush();
  });
  await waitFor(() => expect(screen.getAllByTestId("event-row")).toHaveLength(301));
});

const engineAnswers = () => ({
  "/api/v1/journal": () => ({ store: "sqlite", events: 4711, entities: 31, headOffset: 4711, headHash: "ab12", lag: 0, commits: { seen: 9, lastEntities: 4, lastMilliseconds: 1.25, p50Milliseconds: 1.5, p99Milliseconds: 8 } }),
  "/api/v1/shards": () => ({ items: [{ shard: "leipzig.body.line1", owner: "host-1", epoch: 7, expiresInSeconds: 12.34, mine: true }, { shard: "leipzig", owner: "host-0", epoch: 3, expiresInSeconds: 0, mine: false }] }),
  "/api/v1/projections": () => ({ items: [{ name: "twins", version: "1", offset: 4000, head: 4711, behindEvents: 711, behindSeconds: 2.5, state: "behind", rebuilt: null }] }),
  "/api/v1/projections/twins/rebuild": () => ({}),
  "/api/v1/actors": () => ({ system: "digital-twin", actors: [
    { id: "leipzig.body.line1", kind: "line", shard: "leipzig.body.line1", mailbox: 2, processed: 40, restarts: 0, lastMessage: new Date().toISOString(), state: "running", why: null },
    { id: robot, kind: "machine", shard: "leipzig.body.line1", mailbox: 0, processed: 4, restarts: 5, lastMessage: new Date().toISOString(), state: "stopped", why: "row 7 is corrupt" }] }),
  "/api/v1/dead-letters": () => ({ items: [{ id: "dl-1", entity: robot, kind: "machine", command: "unit.observe.v1", payload: { signal: "state", value: 99 }, reason: "could not decide", at: t0, replayable: true }], next: null, unread: [] }),
  "/api/v1/dead-letters/dl-1/replay": () => ({ id: "dl-1", outcome: "refused", reason: "NOT_NOW: it is stopped" }),
  "/health/ready": () => ({ checks: [{ name: "journal", ok: true, why: null }, { name: "twins", ok: false, why: "1 stopped for good: robot" }] }),
});

it("The engine page shows what is wrong first: a failed check, the stopped actor with its reason, the lease that has run out", async () => {
  Object.assign(answers, engineAnswers());
  open("/engine");
  expect((await screen.findByTestId("check-twins")).textContent).toContain("1 stopped for good: robot");
  expect(screen.getByTestId("check-journal").dataset.ok).toBe("true");
  await waitFor(() => expect(screen.getAllByTestId("actor").map((row) => row.dataset.state)).toEqual(["stopped", "running"]));
  expect(screen.getAllByTestId("actor")[0]?.textContent).toContain("STOPPED: row 7 is corrupt");
  expect((await screen.findByTestId("shard-leipzig")).textContent).toContain("run out");
  expect(screen.getByTestId("shard-leipzig.body.line1").textContent).toContain("this host (host-1)712.3 s");
  expect((await screen.findByTestId("journal-commitMost")).textContent).toContain("1.50 / 8 ms");
  expect((await screen.findByTestId("projection-twins")).textContent).toContain("711 events, 2.5 s");
  expect(screen.getByRole("link", { name: "Engine" }).getAttribute("aria-current")).toBe("page");
});

it("Twins are found by a condition that stands in the address; what is wrong with one, the host says", async () => {
  const asked: string[] = [];
  const fetched = fetch;
  vi.stubGlobal("fetch", (url: string, init?: RequestInit) => {
    const where = new URL(url, "http://host").searchParams.get("where");
    if (where === null) return fetched(url, init);
    asked.push(where);
    return Promise.resolve(where === "state ="
      ? new Response(JSON.stringify({ title: "The request is not valid", status: 400, code: "INVALID", detail: "where, at character 8: a value is missing." }), { status: 400 })
      : new Response(JSON.stringify({ items: [twin(robot, "machine", { name: "Robot 3", state: "Aborted", flags: ["signalLost:state"] })], next: null, offset: 4711, behind: { events: 9000, seconds: 7.5 } }), { status: 200 }));
  });
  open("/find?where=state%20%3D%20Aborted");
  const row = await screen.findByTestId("found");
  expect(asked).toEqual(["state = Aborted"]);
  expect(row.textContent).toContain("Aborted");
  expect(within(row).getByRole("link", { name: "Robot 3" }).getAttribute("href")).toBe(`/twins/${robot}`);
  expect(screen.getByText(/The list is 9,000 events, 7.5 s behind/)).toBeTruthy();
  fireEvent.change(screen.getByRole("textbox", { name: "Condition" }), { target: { value: "state =" } });
  fireEvent.click(screen.getByRole("button", { name: "Find" }));
  expect(await screen.findByText("where, at character 8: a value is missing.")).toBeTruthy();
});

it("A dead letter is sent again only after a second yes, and what came of it is said", async () => {
  Object.assign(answers, engineAnswers());
  open("/engine");
  const letter = await screen.findByTestId("dead-letter");
  expect(letter.textContent).toContain('{"signal":"state","value":99}');
  fireEvent.click(within(letter).getByRole("button", { name: "Replay" }));
  fireEvent.click(within(letter).getByRole("button", { name: "No" }));
  fireEvent.click(within(letter).getByRole("button", { name: "Replay" }));
  expect(posted).toEqual([]);
  fireEvent.click(within(letter).getByRole("button", { name: "Yes" }));
  await waitFor(() => expect(screen.getByTestId("replayed").textContent).toBe("dl-1 was sent again: refused: NOT_NOW: it is stopped"));
  expect(posted.map((each) => each.url)).toEqual(["/api/v1/dead-letters/dl-1/replay"]);
});

it("Dead letters that cannot be read now are said to be missing, not taken for none", async () => {
  Object.assign(answers, engineAnswers());
  answers["/api/v1/dead-letters"] = () => ({ items: [], next: null, unread: ["The dead letters of leipzig cannot be read now: no answer"] });
  open("/engine");
  expect((await screen.findByTestId("unread")).textContent).toContain("The dead letters of leipzig cannot be read now: no answer");
  expect(screen.queryByText("No message was left unhandled.")).toBeNull();
});

it("A projection is rebuilt after a second yes; a host that refuses is quoted", async () => {
  Object.assign(answers, engineAnswers());
  open("/engine");
  const row = await screen.findByTestId("projection-twins");
  const rebuild = async () => {
    fireEvent.click(within(row).getByRole("button", { name: "Rebuild" }));
    fireEvent.click(within(row).getByRole("button", { name: "Yes" }));
    return within(row).findByRole("status");
  };
  expect((await rebuild()).textContent).toBe("begun");
  delete answers["/api/v1/projections/twins/rebuild"];
  await rebuild();
  await waitFor(() => expect(within(row).getByRole("status").textContent).toContain("There is no twin with that id. (NOT_FOUND)"));
  expect(posted).toHaveLength(2);
});

it.each([
  [{ state: "running", offset: 2000, target: 4000 }, "2,000 of 4,000 events", 0],
  [{ state: "done", differed: false }, "nothing differed", 0],
  [{ state: "done", differed: true, differences: ["unit:robot: Idle, not Execute"] }, "it differed and was replacedunit:robot: Idle, not Execute", 1],
  [{ state: "failed", offset: 7, target: 4000, why: "row 8 is corrupt" }, "Rebuild failed at 7 of 4,000 events: row 8 is corrupt", 1],
])("What came of a rebuild stands beside its projection: %o", async (rebuilt, told, marks) => {
  const row = { name: "times", version: "1", offset: 4711, head: 4711, behindEvents: 0, behindSeconds: 0, state: "live", rebuilt: { started: t0, offset: 4000, target: 4000, seconds: 1.5, differed: null, differences: [], why: null, ...rebuilt } };
  Object.assign(answers, engineAnswers(), { "/api/v1/projections": () => ({ items: [row] }) });
  open("/engine");
  const outcome = within(await screen.findByTestId("projection-times")).getByTestId("rebuilt");
  expect(outcome.textContent).toContain(told);
  expect(within(outcome).queryAllByRole("img")).toHaveLength(marks);
});

it("The connections show each hop with what is wrong, and claim nothing any more once the host does not answer", async () => {
  answers["/api/v1/connections"] = () => ({
    gateways: [{ name: "gateway", connected: true, since: t0, tickAge: 0.4, buffered: 120, dropped: 7, droppedTelemetry: 2, droppedDiagnostic: 5, behind: 83, levelIn: 41,
      easing: { level: 1, since: t0, why: "its buffer is 61 % full, for 10 s", telemetrySeconds: 0, diagnosticSeconds: 5 } }],
    endpoints: [
      { name: "body", securityPolicy: "Basic256Sha256", gateway: "gateway", state: "connected", detail: "331 signals", signals: { signals: 331, fresh: 331, stale: 0, bad: 0 }, valueAge: 0.2, lag: 0.034,
        serverCertificate: { notAfter: "2026-01-14T20:30:00.000Z", daysLeft: 9.5 }, gatewayCertificate: { notAfter: "2027-12-06T08:30:00.000Z", daysLeft: 700.2 } },
      { name: "paint", securityPolicy: "Aes256_Sha256_RsaPss", gateway: "gateway", state: "untrusted", detail: "it does not take our certificate", signals: { signals: 40, fresh: 0, stale: 40, bad: 0 }, valueAge: null, lag: null, serverCertificate: null, gatewayCertificate: null },
    ],
    certificates: [{ name: "ca", subject: "CN=plant", notAfter: "2036-01-03T08:40:00.000Z", daysLeft: 3649.2 }, { name: "core", subject: "CN=core", notAfter: "2026-01-18T08:40:00.000Z", daysLeft: 13.9 }],
  });
  open("/connections");
  const row = (id: string) => screen.getByTestId(id);
  expect((await screen.findByTestId("endpoint-body")).dataset.severity).toBe("none");
  expect(row("endpoint-body").textContent).toContain("connected · 331 signalsBasic256Sha256");
  expect(row("endpoint-body").textContent).toMatch(/331 of 331(< 1|\d) s0\.03 s 9 700gateway$/);
  expect(within(row("endpoint-body")).getByRole("img", { name: "Priority 2" })).toBeTruthy();   // the server's certificate ends within two weeks
  expect(row("endpoint-paint").dataset.severity).toBe("p1");
  expect(row("endpoint-paint").textContent).toContain("certificate not trusted · it does not take our certificate");
  expect(within(row("gateway-gateway")).getByRole("img", { name: "Priority 2" })).toBeTruthy();   // what was dropped is abnormal
  expect(row("gateway-gateway").textContent).toContain("83 s behind, level in about 41 s · 120");
  expect(row("gateway-gateway").textContent).toContain("7 · 5 diagnostic, 2 telemetry");
  expect(row("eased-gateway").textContent).toMatch(/^\S* diagnostic each 5\.0 s · since .*: its buffer is 61 % full, for 10 s$/);
  expect(row("certificate-ca").dataset.severity).toBe("none");
  expect(row("certificate-core").dataset.severity).toBe("p2");
  expect(row("certificate-core").textContent).toContain("13");
  delete answers["/api/v1/connections"];
  const later = Date.now() + 10_000;
  vi.spyOn(Date, "now").mockImplementation(() => later);
  try {
    await waitFor(() => expect(screen.getByTestId("connections-old").textContent).toContain("has not answered for"));
    expect(row("gateway-gateway").textContent).toContain("NOT KNOWN · last: connected");
    expect(row("endpoint-paint").textContent).toContain("NOT KNOWN · last: certificate not trusted");
  } finally {
    vi.mocked(Date.now).mockRestore();
  }
});

it("Back brings the condition before into the text box too", async () => {
  answers["/api/v1/twins"] = () => ({ items: [], next: null, offset: 1, behind: null });
  open("/find?where=fault%20%3D%201");
  const box = () => screen.getByRole<HTMLInputElement>("textbox", { name: "Condition" });
  await waitFor(() => expect(box().value).toBe("fault = 1"));
  fireEvent.change(box(), { target: { value: "fault = 2" } });
  fireEvent.click(screen.getByRole("button", { name: "Find" }));
  expect(await screen.findByRole("region", { name: "fault = 2" })).toBeTruthy();
  act(() => { router.history.back(); });
  expect(await screen.findByRole("region", { name: "fault = 1" })).toBeTruthy();
  expect(box().value).toBe("fault = 1");
});

it("What the engine page cannot get is said where it would stand, and the rest is there", async () => {
  Object.assign(answers, engineAnswers());
  delete answers["/api/v1/shards"];
  open("/engine?actors=line&order=mailbox");
  const shards = within(await screen.findByRole("region", { name: "Shards" }));
  expect(await shards.findByText("NOT_FOUND")).toBeTruthy();
  await waitFor(() => expect(screen.getAllByTestId("actor")).toHaveLength(2));
  fireEvent.change(screen.getByRole("textbox", { name: /Filter/ }), { target: { value: "corrupt" } });
  await waitFor(() => expect(screen.getAllByTestId("actor").map((row) => row.dataset.id)).toEqual([robot]));
});

it("A twin that does not exist is said to be so, with the host's own words", async () => {
  open("/twins/leipzig.nothing");
  expect(await screen.findByText("There is no twin with that id.")).toBeTruthy();
  expect(screen.getByText("NOT_FOUND")).toBeTruthy();
});

it("A host that does not answer is named, with what to do", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  open("/");
  expect(await screen.findByText("Host not reachable", undefined, { timeout: 3000 })).toBeTruthy();
  expect(screen.getByText("UNREACHABLE")).toBeTruthy();
});
