// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Providers, startTestLanguage, testClient } from "../../testing/Providers";
import { plant, steps } from "../../testing/shapes";
import { oeeQuery, plantQuery } from "../api/queries";
import { OeeBar } from "./OeeBar";

beforeAll(startTestLanguage);
afterEach(cleanup);

const line = "leipzig.body.line1";
function show(oee: number, plannedBusyMs: number, target: { low: number; high: number } | null) {
  const client = testClient();
  client.setQueryData(plantQuery.queryKey, plant({ lines: [{ id: line, name: "Body line 1", area: "leipzig.body", constraintStation: null, oeeTarget: target }] }));
  client.setQueryData(oeeQuery(line).queryKey, {
    id: line, kind: "line", from: "", to: "", shift: null, definition: { standard: "", version: "", rule: "" }, ratios: { availability: 1, effectiveness: 1, quality: 1, oee },
    quantities: { produced: 1, good: 1, scrap: 0 }, times: { plannedBusyMs, actualProductionMs: 1, plannedRunTimePerItemMs: 60_000 }, steps, constraintStation: null,
  });
  render(<Providers client={client}><OeeBar id={line} /></Providers>);
  return screen.getByTestId(`oee-${line}`);
}
const band = { low: 0.75, high: 0.85 };
const hour = 3_600_000;

it("An OEE below its target is marked with a shape and a word; one within it, or without a target, is not", () => {
  expect(show(0.7, hour, band).querySelector(".mark")?.getAttribute("aria-label")).toBe("below the target");
  cleanup();
  expect(show(0.76, hour, band).querySelector(".mark")).toBeNull();
  cleanup();
  expect(show(0.1, hour, null).querySelector(".mark")).toBeNull();
});

it("The first minutes of a shift are no verdict on it, and the band is told to those who cannot see it", () => {
  const bar = show(0, 60_000, band);
  expect(bar.querySelector(".mark")).toBeNull();
  expect(screen.getByRole("img").getAttribute("aria-label")).toContain("target 75.0\u00a0% to 85.0\u00a0%");
});
