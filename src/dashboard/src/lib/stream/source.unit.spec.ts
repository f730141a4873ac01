import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeEventSource } from "../../testing/FakeEventSource";
import { plant } from "../../testing/shapes";
import type { Connection, Frame } from "./frames";
import { openSource, silenceLimitMs } from "./source";

let said: (Connection | Frame["kind"])[];
let close: () => void;
beforeEach(() => {
  vi.useFakeTimers();
  FakeEventSource.opened = [];
  said = [];
  close = openSource("/api/v1/stream", { onFrame: (frame) => said.push(frame.kind), onConnection: (connection) => said.push(connection) }, (url) => new FakeEventSource(url) as unknown as EventSource);
});
afterEach(() => { close(); vi.useRealTimers(); });
const snapshot = { offset: 1, plant: plant().clock, items: [] };

it("The stream is open once its first frame is in, not before", () => {
  FakeEventSource.last().send("snapshot", snapshot);
  expect(said).toEqual(["snapshot", "open"]);
});

it("A connection that the browser restores by itself is lost meanwhile and keeps its Last-Event-ID", () => {
  FakeEventSource.last().send("snapshot", snapshot);
  FakeEventSource.last().drop();
  FakeEventSource.last().send("snapshot", snapshot);
  expect(said).toEqual(["snapshot", "open", "lost", "snapshot", "open"]);
  expect(FakeEventSource.opened).toHaveLength(1);
});

it("A stream that the browser gave up is opened again", () => {
  FakeEventSource.last().refuse();
  vi.advanceTimersByTime(1_000);
  expect(FakeEventSource.opened).toHaveLength(2);
  expect(FakeEventSource.opened[0]?.closed).toBe(true);
});

it("A stream without heartbeat is lost although its socket says nothing", () => {
  FakeEventSource.last().send("snapshot", snapshot);
  vi.advanceTimersByTime(silenceLimitMs);
  expect(said.at(-1)).toBe("lost");
  vi.advanceTimersByTime(1_000);
  FakeEventSource.last().send("snapshot", snapshot);
  expect(said.slice(-2)).toEqual(["snapshot", "open"]);
});

it("A source that was given up can no longer speak", () => {
  const old = FakeEventSource.last();
  old.refuse();
  vi.advanceTimersByTime(1_000);
  old.send("snapshot", snapshot);
  expect(said).toEqual(["lost"]);
});
