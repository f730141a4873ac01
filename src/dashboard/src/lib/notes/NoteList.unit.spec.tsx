// @vitest-environment happy-dom
import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FakeHost, openPage, snapshot, startFakeHost, stream } from "../../testing/page";
import { at, robot, t0 } from "../../testing/shapes";

let host: FakeHost;
const words = "<img src=x onerror=alert(1)> smells";
const note = { id: `${robot}.notes-2026-01.1`, place: robot, about: at(-120), text: words, by: "Meier", at: t0, withdrawnBy: null, withdrawnAt: null };
beforeEach(async () => { host = await startFakeHost(); localStorage.clear(); host.answers["/api/v1/notes"] = () => ({ items: [note], next: null }); });
afterEach(cleanup);

const open = async (path = `/twins/${robot}?signals=none`) => {
  const { live } = openPage(path);
  const source = await stream();
  act(() => { source.send("snapshot", snapshot()); live.flush(); });
  return within(await screen.findByTestId("annotations"));
};

it("What somebody noted stands on the timeline and in words, as text whatever is in it", async () => {
  const list = await open();
  await waitFor(() => expect(screen.getByTestId("annotations").dataset.count).toBe("1"));
  expect((await list.findByTestId("annotation")).textContent).toContain(words);
  expect(document.querySelector("img")).toBeNull();
  expect(document.querySelector(".timeline-row.marks [data-kind='note']")?.getAttribute("title")).toContain("smells (Meier)");
});

it("A note is written with a name, and taken back by whom it is said", async () => {
  const list = await open();
  fireEvent.change(list.getByLabelText("Your name"), { target: { value: "Schulz" } });
  fireEvent.click(list.getByRole("button", { name: "Write a note…", hidden: true }));
  fireEvent.change(list.getByLabelText("What"), { target: { value: "coolant smells" } });
  expect(list.getByTestId("note-cli").textContent).toBe(`twin note add ${robot} 'coolant smells' --by Schulz`);
  fireEvent.click(list.getByRole("button", { name: "Write a note", hidden: true }));
  await waitFor(() => expect(host.posted.at(-1)).toEqual({ url: "/api/v1/notes", body: { place: robot, text: "coolant smells", by: "Schulz" } }));
  host.answers[`/api/v1/notes/${robot}.notes-2026-01.1/withdraw`] = () => new Response(JSON.stringify({ title: "Refused", detail: "Nobody has that name.", code: "BY_MISSING" }), { status: 400 });
  fireEvent.click(await list.findByRole("button", { name: "Take back", hidden: true }));
  expect((await list.findByText(/Nobody has that name/)).textContent).toContain("BY_MISSING");
  expect(host.posted.at(-1)).toEqual({ url: `/api/v1/notes/${robot}.notes-2026-01.1/withdraw`, body: { by: "Schulz" } });
});

it("On a page of the past a note is about that moment unless another one is said, and notes of later are not asked for", async () => {
  host.answers[`/api/v1/twins/${robot}`] = () => snapshot().items.find((each) => each.id === robot);
  const list = await open(`/twins/${robot}?signals=none&at=${encodeURIComponent(at(-60))}`);
  expect(host.asked.some((path) => path.startsWith("/api/v1/notes?") && path.includes(`to=${encodeURIComponent(new Date(Date.parse(at(-60)) + 1).toISOString())}`))).toBe(true);
  fireEvent.click(list.getByRole("button", { name: "Write a note…", hidden: true }));
  expect(list.getByTestId("note-cli").textContent).toContain(`--at ${at(-60)}`);
});
