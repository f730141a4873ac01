// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeHost, openPage, snapshot, startFakeHost, stream } from "../../testing/page";
import { at, robot } from "../../testing/shapes";

let host: FakeHost;
beforeEach(async () => {
  host = await startFakeHost();
  host.answers["/api/v1/signals"] = () => ({ items: ["vibration", "speedOverride"].map((name) => ({ id: `${robot}.${name}`, owner: robot, name, role: "measurement", type: "number", unit: "mm/s", low: 0, high: 25, texts: {} })) });
});
afterEach(cleanup);
const cell = (name: string) => screen.getByTestId(`live-${robot}.${name}`);

it("Every value of a place stands on one page, moves with the stream, and is marked when the stream is lost", async () => {
  const { live } = openPage("/values?scope=leipzig.body");
  const source = await stream();
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  await waitFor(() => expect(cell("vibration").textContent).toBe("vibration4.21mm/s"));
  expect(host.asked).toContain("/api/v1/signals?scope=leipzig.body");
  act(() => { source.send("tags", { ids: [`${robot}.vibration`], v: [7.5], t: [Date.parse(at(1))], q: ["good"], age: [0] }); live.flush(); });
  expect(cell("vibration").textContent).toBe("vibration7.50mm/s");
  act(() => source.drop());
  expect(cell("vibration").dataset.quality).toBe("stale");
  expect(cell("vibration").textContent).toBe("vibration◇ 7.50mm/s");
});

it("A word finds a signal among a thousand, and the address keeps the word", async () => {
  const { router } = openPage("/values");
  await waitFor(() => expect(screen.getByTestId("values-shown").textContent).toBe("2 values"));
  fireEvent.change(screen.getByLabelText("Find by name or unit"), { target: { value: "vib" } });
  await waitFor(() => expect(screen.getByTestId("values-shown").textContent).toBe("1 values"));
  expect(screen.queryByTestId(`live-${robot}.speedOverride`)).toBeNull();
  expect(router.state.location.search).toMatchObject({ filter: "vib" });
});
