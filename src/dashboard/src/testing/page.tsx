import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createMemoryHistory } from "@tanstack/react-router";
import { render, waitFor } from "@testing-library/react";
import { expect, vi } from "vitest";
import { plantRouter } from "../app/router";
import { LiveContext } from "../lib/stream/hooks";
import { Live } from "../lib/stream/live";
import { FakeEventSource } from "./FakeEventSource";
import { startTestLanguage } from "./Providers";
import { at, kpis, plant, plantTwins, robot, steps, t0 } from "./shapes";

const notFound = { title: "No such twin", status: 404, detail: "There is no twin with that id.", code: "NOT_FOUND" };

/** A host whose answers the test gives, by path; what it was asked for and told is kept. */
export interface FakeHost {
  readonly answers: Record<string, (url: URL) => unknown>;
  readonly asked: string[];
  readonly posted: { readonly url: string; readonly body: unknown }[];
}

export async function startFakeHost(): Promise<FakeHost> {
  await startTestLanguage();
  FakeEventSource.opened = [];
  const host: FakeHost = {
    asked: [], posted: [],
    answers: {
      "/api/v1/plant": () => plant(),
      "/api/v1/twins": () => ({ items: plantTwins(), next: null }),
      [`/api/v1/twins/${robot}/states`]: () => ({ items: [{ state: "Execute", from: at(-900), to: t0 }] }),
      [`/api/v1/twins/${robot}/events`]: () => ({ items: [{ offset: 7, entity: robot, seq: 1, name: "unit.state-changed.v1", at: t0, recorded: t0, data: { from: "Starting", to: "Execute" } }], next: null }),
      "/api/v1/oee/leipzig.body.line1/losses": () => ({
        id: "leipzig.body.line1", kind: "line", from: at(-12_600), to: t0, shift: plant().shift, definition: { standard: "ISO 22400-2:2014", version: "1", rule: "line: OEE of its constraint station" },
        ratios: { availability: 0.87, effectiveness: 0.96, quality: 0.99, oee: 0.825 }, quantities: { produced: 312, good: 309, scrap: 3 }, times: { plannedBusyMs: 12_600_001, actualProductionMs: 1, plannedRunTimePerItemMs: 60_000 }, steps, constraintStation: null,
      }),
      "/api/v1/kpis": () => kpis(),
      "/api/v1/stops": () => ({ items: [], next: null }),
      "/api/v1/notes": () => ({ items: [], next: null }),
      "/api/v1/stop-reasons": () => ({ items: [{ code: "tool-wear", name: "Tool or electrode worn", category: "unplanned" }, { code: "robot-waits", name: "Robot waits", category: "material" }] }),
    },
  };
  vi.stubGlobal("SharedWorker", undefined);   // the page falls back to a source of its own
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    const url = new URL(path, "http://host");
    host.asked.push(path);
    if (init?.method === "POST") host.posted.push({ url: path, body: typeof init.body === "string" ? JSON.parse(init.body) as unknown : null });
    const answer = host.answers[url.pathname]?.(url);
    return answer instanceof Response ? answer : new Response(JSON.stringify(answer ?? notFound), { status: answer === undefined ? 404 : 200 });
  });
  return host;
}

export function openPage(path: string) {
  const router = plantRouter();
  router.update({ ...router.options, history: createMemoryHistory({ initialEntries: [path] }) });
  const live = new Live(() => performance.now(), () => Date.now());
  render(
    <MantineProvider><QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <LiveContext value={live}><RouterProvider router={router} /></LiveContext>
    </QueryClientProvider></MantineProvider>,
  );
  return { live, router };
}

export const stream = async (): Promise<FakeEventSource> => { await waitFor(() => expect(FakeEventSource.opened.length).toBeGreaterThan(0)); return FakeEventSource.last(); };
export const snapshot = () => ({ offset: 10, plant: plant().clock, items: plantTwins() });
