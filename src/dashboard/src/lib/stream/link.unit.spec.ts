// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeEventSource } from "../../testing/FakeEventSource";
import type { ToPage } from "./hub";
import { link } from "./link";
import { silenceLimitMs } from "./source";

class FakeWorker {
  static made: FakeWorker[] = [];
  onerror: (() => void) | null = null;
  readonly port = { onmessage: null as ((event: { data: ToPage }) => void) | null, heard: [] as string[], postMessage(message: { kind: string }) { this.heard.push(message.kind); }, close: () => {} };
  constructor() { FakeWorker.made.push(this); }
  say(message: ToPage) { this.port.onmessage?.({ data: message }); }
}

let said: [string, number][];
let stop: () => void;
const worker = (n: number) => { const made = FakeWorker.made[n]; if (made === undefined) throw new Error(`No worker ${n}`); return made; };
beforeEach(() => {
  vi.useFakeTimers();
  FakeWorker.made = [];
  FakeEventSource.opened = [];
  said = [];
  vi.stubGlobal("SharedWorker", FakeWorker);
  vi.stubGlobal("EventSource", FakeEventSource);
  stop = link("/s", { onFrame: (frame, at) => said.push([frame.kind, at]), onConnection: (connection, at) => said.push([connection, at]) });
});
afterEach(() => { stop(); vi.useRealTimers(); vi.unstubAllGlobals(); });

it("A worker that dies is missed: the stream is lost, and a new worker is asked", () => {
  worker(0).say({ connection: "open", at: 0, sent: 0 });
  vi.advanceTimersByTime(silenceLimitMs - 1);
  worker(0).say({ connection: "open", at: 0, sent: silenceLimitMs - 1 });
  vi.advanceTimersByTime(silenceLimitMs - 1);
  expect(said.map(([what]) => what)).toEqual(["open", "open"]);
  vi.advanceTimersByTime(1);
  expect(said.at(-1)?.[0]).toBe("lost");
  expect(worker(1).port.heard).toEqual(["follow"]);
  worker(0).say({ connection: "open", at: 0, sent: 0 });
  expect(said.at(-1)?.[0]).toBe("lost");   // the dead one has no say any more
  worker(1).say({ connection: "open", at: 0, sent: 0 });
  expect(said.at(-1)?.[0]).toBe("open");
  expect(FakeEventSource.opened).toHaveLength(0);
});

it.each([["fails to load", () => worker(0).onerror?.()], ["never says a word", () => vi.advanceTimersByTime(silenceLimitMs)]])("A worker that %s is done without", (_, happens) => {
  happens();
  expect(FakeEventSource.last().url).toBe("/s");
  expect(FakeWorker.made).toHaveLength(1);
});

it("What the worker knew since a minute ago is a minute old here, though it is the first thing heard of it", () => {
  const now = performance.now();
  worker(0).say({ connection: "lost", at: 1_000, sent: 61_000 });
  expect(said).toEqual([["lost", now - 60_000]]);
});
