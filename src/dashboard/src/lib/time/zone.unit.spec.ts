import { expect, it } from "vitest";
import { fromPlantClock, toPlantClock } from "./zone";

const berlin = "Europe/Berlin";
const iso = (text: string, zone = berlin) => { const moment = fromPlantClock(text, zone); return moment === null ? null : new Date(moment).toISOString(); };

it("A time is read as the plant's clock shows it, winter and summer", () => {
  expect(iso("2026-01-05T09:30:00")).toBe("2026-01-05T08:30:00.000Z");
  expect(iso("2026-07-05T09:30:15")).toBe("2026-07-05T07:30:15.000Z");
  expect(iso("2026-07-05T09:30", "America/New_York")).toBe("2026-07-05T13:30:00.000Z");
  expect(iso("2026-07-05T09:30", "Asia/Kolkata")).toBe("2026-07-05T04:00:00.000Z");
});

it("An hour that comes twice is its first, and one that is skipped lies behind the change", () => {
  expect(iso("2026-10-25T02:30:00")).toBe("2026-10-25T00:30:00.000Z");
  expect(iso("2026-03-29T02:30:00")).toBe("2026-03-29T01:30:00.000Z");
  expect(iso("2026-10-25T03:30:00")).toBe("2026-10-25T02:30:00.000Z");
});

it("What is no time is none", () => {
  expect(iso("yesterday")).toBeNull();
  expect(iso("")).toBeNull();
});

it("What is shown is read back as the same moment, through a whole year", () => {
  for (let hour = 0; hour < 8760; hour += 7) {
    const moment = Date.UTC(2026, 0, 1, hour);
    const read = fromPlantClock(toPlantClock(moment, berlin), berlin);
    expect([moment, moment - 3_600_000]).toContain(read);   // the second of two like hours is read as the first
  }
});
