import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { at, plant, plantTwins } from "../../testing/shapes";
import { StreamHub, type ToPage } from "./hub";
import { clockOffset } from "./link";
import type { SourceListener } from "./source";

class Page { readonly heard: ToPage[] = []; postMessage(message: ToPage): void { this.heard.push(message); } }
const kinds = (page: Page) => page.heard.map((message) => ("frame" in message ? message.frame.kind : message.connection));
const snapshot = { kind: "snapshot", data: { offset: 5, plant: plant().clock, items: plantTwins() } } as const;

let opened: { url: string; listener: SourceListener; closed: boolean }[];
let hub: StreamHub;
let now: number;
afterEach(() => { vi.useRealTimers(); });
beforeEach(() => {
  vi.useFakeTimers();
  opened = [];
  now = 100;
  hub = new StreamHub(() => now, (url, listener) => {
    const source = { url, listener, closed: false };
    opened.push(source);
    return () => { source.closed = true; };
  });
});
const follow = (page: Page) => hub.receive(page, { kind: "follow", url: "/s" });
const say = () => { opened[0]?.listener.onFrame(snapshot); opened[0]?.listener.onConnection("open"); };

it("Ten pages share one connection and all hear each frame", () => {
  const pages = Array.from({ length: 10 }, () => new Page());
  pages.forEach(follow);
  say();
  expect(opened).toHaveLength(1);
  for (const page of pages) expect(kinds(page).slice(-2)).toEqual(["snapshot", "open"]);
});

it("A page that opens later starts with a snapshot of now and the state of the connection", () => {
  follow(new Page());
  say();
  const late = new Page();
  follow(late);
  expect(kinds(late)).toEqual(["snapshot", "open"]);
});

it("A page that opens while the stream is lost starts where the stream was lost, not where it opens itself", () => {
  follow(new Page());
  say();
  now += 2_000;
  opened[0]?.listener.onConnection("lost");
  now += 600_000;
  const late = new Page();
  follow(late);
  const [greeting, state] = late.heard;
  expect(greeting).toMatchObject({ at: 2_100, sent: 602_100, frame: { data: { plant: { plantTime: at(2) } } } });
  expect(state).toEqual({ connection: "lost", at: 2_100, sent: 602_100 });
});

it("A page hears of the worker although the stream is silent", () => {
  const page = new Page();
  follow(page);
  vi.advanceTimersByTime(10_000);
  expect(kinds(page)).toEqual(["connecting", "connecting"]);
  hub.receive(page, { kind: "leave" });
  expect(vi.getTimerCount()).toBe(0);
});

it("The connection is closed when the last page has gone, and not before", () => {
  const [one, two] = [new Page(), new Page()];
  [one, two].forEach(follow);
  hub.receive(one, { kind: "leave" });
  expect(opened[0]?.closed).toBe(false);
  hub.receive(two, { kind: "leave" });
  expect(opened[0]?.closed).toBe(true);
});

it("A frame that waited in a frozen page is as old as it is", () => {
  let now = 5_000;
  const toHere = clockOffset(() => now);
  expect(toHere(1_000)).toBe(5_000);       // quickest message so far
  now = 65_000;
  expect(toHere(2_000)).toBe(6_000);       // sent one second later, delivered after a minute
});
