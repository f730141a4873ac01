// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { Providers, startTestLanguage } from "../../testing/Providers";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import i18next from "i18next";
import { ApiProblem } from "../api/client";
import { oeeQuery } from "../api/queries";
import type { OeeLosses } from "../api/types";
import { Loaded } from "./Loaded";
import { OeeBar } from "./OeeBar";

beforeAll(startTestLanguage);
afterEach(() => { cleanup(); vi.useRealTimers(); });
const refetch = vi.fn();
const show = (data: string | undefined, error: Error | null) =>
  render(<Providers><Loaded query={{ data, error, dataUpdatedAt: 0, isFetching: false, refetch }} what="the twin">{(text) => <p>{text}</p>}</Loaded></Providers>);
const unready = new ApiProblem("NOT_READY", 503, "GET /api/v1/twins", "Service Unavailable", "The gateway has not linked yet. Start it.");

it("A view that loads says after 300 ms what it waits for", () => {
  vi.useFakeTimers();
  show(undefined, null);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => vi.advanceTimersByTime(300));
  expect(screen.getByRole("status").textContent).toContain("the twin");
});

it("A view that failed shows title, detail and code of the problem, and can be tried again", () => {
  show(undefined, unready);
  for (const text of ["Not ready", "The gateway has not linked yet. Start it.", "NOT_READY"]) expect(screen.getByText(text)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(refetch).toHaveBeenCalledOnce();
});

it("A problem is told in the reader's language by its code; only the host's own detail stays as it came", async () => {
  await act(() => i18next.changeLanguage("de"));
  show(undefined, new ApiProblem("UNREACHABLE", 0, "GET /api/v1/plant"));
  expect(screen.getByText("Host nicht erreichbar")).toBeTruthy();
  expect(screen.getByText(/^GET \/api\/v1\/plant blieb ohne Antwort/)).toBeTruthy();
  cleanup();
  show(undefined, unready);
  expect(screen.getByText("Nicht bereit")).toBeTruthy();
  await act(() => i18next.changeLanguage("en"));
});

it("An OEE that could not be refreshed is hatched and says since when it is old", async () => {
  const query = oeeQuery("line1");
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(query.queryKey, { ratios: { oee: 0.8, availability: 0.9, effectiveness: 0.9, quality: 1 } } as OeeLosses);
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  render(<QueryClientProvider client={client}><OeeBar id="line1" /></QueryClientProvider>);
  const bar = screen.getByTestId("oee-line1");
  await vi.waitFor(() => expect(bar.className).toContain("hatched"));
  expect(bar.title).toMatch(/Shown as of .*Host not reachable \(UNREACHABLE\)/);
  expect(bar.textContent).toContain("80.0");
});

it("A view that could not be refreshed keeps its data and says since when they are old, and why", () => {
  show("Execute", unready);
  expect(screen.getByText("Execute")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toMatch(/Shown as of .*Not ready \(NOT_READY\)/);
});
