// @vitest-environment happy-dom
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { LiveContext } from "../../lib/stream/hooks";
import { Live } from "../../lib/stream/live";
import { Providers, startTestLanguage } from "../../testing/Providers";
import { plant, t0 } from "../../testing/shapes";
import { TimeTravel } from "./TimeTravel";

beforeEach(startTestLanguage);

it("Steps in time wait for the plant's clock, which is not the reader's", async () => {
  const live = new Live(() => 0, () => Date.now());
  const went: (number | null)[] = [];
  render(<Providers><LiveContext value={live}><TimeTravel at={null} go={(to) => went.push(to)} /></LiveContext></Providers>);
  const back = screen.getByRole<HTMLButtonElement>("button", { name: "−10 min" });
  fireEvent.click(back);
  expect(back.disabled).toBe(true);
  expect(went).toEqual([]);
  act(() => live.seed(plant(), Date.now(), [], Date.now()));
  await waitFor(() => expect(back.disabled).toBe(false));
  fireEvent.click(back);
  expect(went).toHaveLength(1);
  expect(Math.abs((went[0] ?? 0) - (Date.parse(t0) - 600_000))).toBeLessThan(1_000);
});
