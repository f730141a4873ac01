// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it, vi } from "vitest";
import { Providers, startTestLanguage } from "../../testing/Providers";
import { ApiProblem } from "../api/client";
import { Loaded } from "./Loaded";

beforeAll(startTestLanguage);
afterEach(() => { cleanup(); vi.useRealTimers(); });
const refetch = vi.fn();
const show = (data: string | undefined, error: Error | null) =>
  render(<Providers><Loaded query={{ data, error, dataUpdatedAt: 0, isFetching: false, refetch }} what="the twin">{(text) => <p>{text}</p>}</Loaded></Providers>);
const unready = new ApiProblem("Not ready", "The gateway has not linked yet. Start it.", "NOT_READY", 503);

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

it("A view that could not be refreshed keeps its data and says since when they are old, and why", () => {
  show("Execute", unready);
  expect(screen.getByText("Execute")).toBeTruthy();
  expect(screen.getByRole("status").textContent).toMatch(/Shown as of .*Not ready \(NOT_READY\)/);
});
