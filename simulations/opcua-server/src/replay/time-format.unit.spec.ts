import { expect, test } from "vitest";
import { timeReader } from "./time-format.js";

const read = (format: string, text: string, zone = "UTC"): string | null => {
  const micros = timeReader(format, zone)(text, -Infinity);
  return micros === null ? null : `${new Date(Math.floor(micros / 1000)).toISOString()}+${((micros % 1000) + 1000) % 1000}`;
};

test.each([
  ["iso", "2026-03-02T06:00:00Z", "2026-03-02T06:00:00.000Z+0"],
  ["iso", "2026-03-02 06:00:00.1234567", "2026-03-02T06:00:00.123Z+456"],
  ["iso", "2026-03-02T06:00:00+02:00", "2026-03-02T04:00:00.000Z+0"],
  ["iso", "2026-03-02T06:00-0330", "2026-03-02T09:30:00.000Z+0"],
  ["iso", "2026-03-02", "2026-03-02T00:00:00.000Z+0"],
  ["seconds", "1772431200.5", "2026-03-02T06:00:00.500Z+0"],
  ["seconds", "1772431200,000001", "2026-03-02T06:00:00.000Z+1"],
  ["milliseconds", "1772431200123.25", "2026-03-02T06:00:00.123Z+250"],
  ["microseconds", "1772431200123456", "2026-03-02T06:00:00.123Z+456"],
  ["yyyy.MM.dd.HH.mm.ss", "2003.10.22.12.06.24", "2003-10-22T12:06:24.000Z+0"],
  ["d/M/yyyy H:mm", "1/3/2018 0:15", "2018-03-01T00:15:00.000Z+0"],
  ["dd.MM.yyyy HH:mm:ss,fff", "02.03.2026 06:00:00,250", "2026-03-02T06:00:00.250Z+0"],
  ["dd-MMM-yy", "02-Jun-06", "2006-06-02T00:00:00.000Z+0"],
  ["M/d/yyyy h:mm tt", "3/2/2026 12:05 AM", "2026-03-02T00:05:00.000Z+0"],
  ["M/d/yyyy h:mm tt", "3/2/2026 1:05 pm", "2026-03-02T13:05:00.000Z+0"],
  ["dd.MM.yyyy 'Schicht' H 'Uhr'", "02.03.2026 Schicht 6 Uhr", "2026-03-02T06:00:00.000Z+0"],
])("as %s, %s is %s", (format, text, time) => expect(read(format, text)).toBe(time));

test.each([
  ["iso", "02.03.2026"], ["iso", "2026-02-30"], ["iso", "2026-03-02T24:00:00Z"], ["iso", ""], ["seconds", "NaN"], ["seconds", "12:00"],
  ["yyyy-MM-dd", "2026-3-2"], ["yyyy-MM-dd", "2026-13-02"], ["dd-MMM-yy", "02-Juni-06"], ["h:mm tt d.M.yyyy", "13:00 pm 1.1.2026"],
])("as %s, '%s' is no time", (format, text) => expect(read(format, text)).toBeNull());

test.each([
  ["HH:mm:ss", "it has no year, no month, no day"],
  ["unix", "neither iso, seconds, milliseconds nor microseconds"],
  ["yyyy-MM-dd yyyy", "a part twice"],
])("the format %s is refused", (format, why) => expect(() => timeReader(format, "UTC")).toThrow(why));

test("local times are read in their zone, in winter and in summer", () => {
  expect(read("iso", "2026-01-15 06:00:00", "Europe/Berlin")).toBe("2026-01-15T05:00:00.000Z+0");
  expect(read("iso", "2026-07-15 06:00:00", "Europe/Berlin")).toBe("2026-07-15T04:00:00.000Z+0");
  expect(read("iso", "2026-07-15 06:00:00+00:00", "Europe/Berlin")).toBe("2026-07-15T06:00:00.000Z+0");
  expect(read("iso", "2026-01-15 06:00:00", "Asia/Kathmandu")).toBe("2026-01-15T00:15:00.000Z+0");
});

test("through both clock changes a recording of every ten minutes stays one of every ten minutes", () => {
  const tenMinutes = 600_000_000;
  for (const [day, hours] of [["2026-03-29", 23], ["2026-10-25", 25]] as const) {
    const midnight = timeReader("iso", "Europe/Berlin")(`${day} 00:00:00`, -Infinity) ?? 0;
    const wall = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Berlin", dateStyle: "short", timeStyle: "medium" });
    let last = -Infinity;
    for (let row = 0; row < hours * 6; row++) {
      const truth = midnight + row * tenMinutes;
      const told = timeReader("iso", "Europe/Berlin")(wall.format(truth / 1000), last);
      expect(told).toBe(truth);
      last = truth;
    }
  }
});

test("an unknown zone is refused", () => expect(() => timeReader("iso", "Europe/Leipzig")).toThrow(RangeError));
