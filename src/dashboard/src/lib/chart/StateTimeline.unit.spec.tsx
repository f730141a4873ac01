// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { Providers, startTestLanguage, testClient } from "../../testing/Providers";
import { at, t0 } from "../../testing/shapes";
import { StateTimeline } from "./StateTimeline";

beforeAll(startTestLanguage);
beforeEach(() => {
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ items: [
    { state: null, from: at(0), to: at(60) }, { state: "Execute", from: at(60), to: at(300) }, { state: "Aborted", from: at(300), to: at(420) }, { state: "Execute", from: at(420), to: at(600) },
  ] })));
});
afterEach(cleanup);
const from = Date.parse(t0);
const show = (names: string[], client = testClient()) => render(
  <Providers client={client}><StateTimeline rows={names.map((name) => ({ id: name, name }))} from={from} to={from + 600_000} fetchFrom={from} until={from + 600_000} label="States of cell 3" /></Providers>);

it("Each look of the states is drawn where and as long as it lasted; not observed is a look of its own", async () => {
  show(["robot"]);
  const timeline = await screen.findByTestId("state-timeline");
  await vi.waitFor(() => expect(timeline.querySelectorAll("[data-row] path")).toHaveLength(3));
  const drawn = [...timeline.querySelectorAll("[data-row] path")].map((path) => [path.getAttribute("data-group"), path.getAttribute("d")]);
  expect(drawn).toEqual([["unknown", "M0 20V0H120V20Z"], ["producing", "M120 20V0H600V20ZM840 20V0H1200V20Z"], ["aborted", "M600 20V0H840V20Z"]]);
});

it("States that could not be refreshed say since when they are old", async () => {
  const client = testClient();
  show(["robot"], client);
  const timeline = await screen.findByTestId("state-timeline");
  await vi.waitFor(() => expect(timeline.querySelector("[data-loading='false']")).toBeTruthy());
  expect(within(timeline).queryByRole("status")).toBeNull();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await act(() => client.refetchQueries({ queryKey: ["states"] }));
  expect((await within(timeline).findByRole("status")).textContent).toMatch(/Shown as of .*UNREACHABLE/);
  expect(timeline.querySelectorAll("[data-row] path")).toHaveLength(3);
});

it("The cursor is moved by keyboard and says time and state", async () => {
  show(["robot"]);
  const timeline = await screen.findByTestId("state-timeline");
  await vi.waitFor(() => expect(timeline.querySelector("[data-loading='false']")).toBeTruthy());
  const rows = within(timeline).getByRole("group");
  fireEvent.keyDown(rows, { key: "Home" });
  for (let i = 0; i < 60; i++) fireEvent.keyDown(rows, { key: "ArrowRight" });
  expect(timeline.querySelector("[aria-live]")?.textContent).toBe("09:36:00 Aborted");
});

it("The table beside it says how long each state lasted", async () => {
  show(["robot", "gun"]);
  await vi.waitFor(() => expect(screen.getByRole("row", { name: /^robot/ }).textContent).toBe("robot7:000:000:000:000:002:001:00"));
});
