// @vitest-environment happy-dom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";
import { Providers, startTestLanguage } from "../../testing/Providers";
import { steps } from "../../testing/shapes";
import { WaterfallChart } from "./WaterfallChart";
import { waterfall } from "./waterfall";

beforeAll(startTestLanguage);
afterEach(cleanup);
const show = (given = steps, view: "chart" | "table" = "chart") => render(<Providers><WaterfallChart chart={waterfall(given)} view={view} canChoose={() => false} choose={() => {}} /></Providers>);

it("Planned busy time less losses plus gains is the productive time, to the millisecond", () => {
  const chart = waterfall(steps);
  expect(chart).toMatchObject({ planned: 12_600_001, losses: 2_262_001, gains: 60_000, result: 10_398_000, off: 0 });
});

it("Each bar hangs from where the one above it ended", () => {
  const { bars } = waterfall(steps);
  expect(bars.map(({ from, to }) => [from, to])).toEqual([
    [0, 12_600_001], [11_400_001, 12_600_001], [10_500_000, 11_400_001], [10_500_000, 10_500_000], [10_500_000, 10_560_000], [10_398_000, 10_560_000], [0, 10_398_000]]);
});

it("A gain beyond the planned time widens the scale instead of leaving the chart", () => {
  expect(waterfall([{ key: "plannedBusy", label: "", kind: "total", ms: 100 }, { key: "speedGain", label: "", kind: "gain", ms: 20 }, { key: "effective", label: "", kind: "result", ms: 120 }])).toMatchObject({ scale: 120, off: 0 });
});

it("Every step is drawn with its exact milliseconds", () => {
  show();
  expect(screen.getByTestId("oee-waterfall").dataset.plannedMs).toBe("12600001");
  const drawn = [...document.querySelectorAll<SVGElement>("[data-step]")];
  expect(drawn.map((each) => [each.getAttribute("data-step"), Number(each.getAttribute("data-ms"))])).toEqual(steps.map((step) => [step.key, step.ms]));
  expect(screen.getByTestId("sums").textContent).toContain("add up");
});

it("The table says the same to those who cannot see the chart", () => {
  show();
  expect(screen.getByRole("row", { name: /Breakdown −20.00 1,200,000 9.5/ })).toBeTruthy();
});

it("Figures that do not belong together are called that", () => {
  show(steps.map((step) => (step.key === "scrap" ? { ...step, ms: step.ms + 5 } : step)));
  expect(screen.getByRole("alert").textContent).toContain("-5 ms");
});
