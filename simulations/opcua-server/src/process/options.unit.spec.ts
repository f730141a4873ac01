import { resolve } from "node:path";
import { expect, test } from "vitest";
import { EndpointPorts, parseOptions } from "./options.js";

test("without options it serves ./data on the registered OPC UA port and finds the plant in ports.json", () =>
  expect(parseOptions([])).toEqual({ data: resolve("data"), ports: new EndpointPorts(4840), source: { kind: "plant", port: null }, exitWithStdin: false }));

test("endpoints listen one after the other from the port given, each where it was told to", () => {
  const { ports } = parseOptions(["--port", "5000", "--port", "paint=6000"]);
  expect([ports.of(null, 0), ports.of("body", 0), ports.of("paint", 1), ports.of("assembly", 2)]).toEqual([5000, 5000, 6000, 5002]);
  expect(parseOptions(["--port", "0"]).ports.of("assembly", 2)).toBe(0);
});

test("a recording is played with its map, in its own time unless a speed is given", () => {
  expect(parseOptions(["--replay", "pump.csv", "--map", "pump.json"]).source).toEqual({ kind: "recording", file: resolve("pump.csv"), map: resolve("pump.json"), speed: 1, loop: false });
  expect(parseOptions(["--replay", "pump.csv", "--map", "pump.json", "--speed", "0.5", "--loop"]).source).toMatchObject({ speed: 0.5, loop: true });
});

test.each([
  [["--replay", "pump.csv"], "--map MAP.json"],
  [["--map", "pump.json"], "belongs to --replay"],
  [["--speed", "20"], "belongs to --replay"],
  [["--replay", "a", "--map", "b", "--plant-port", "4000"], "do not go together"],
  [["--replay", "a", "--map", "b", "--speed", "0"], "--speed 0 is not"],
  [["--replay", "a", "--map", "b", "--speed", "fast"], "--speed fast is not"],
])("%j is refused", (args, why) => expect(() => parseOptions(args)).toThrow(why));

test.each([["--port", "65536"], ["--port", "body=x"], ["--port", "=4841"], ["--port", "x"], ["--plant-port", "0"], ["--unknown"], ["stray"]])("%s %s is refused", (...args) => expect(() => parseOptions(args.filter((arg) => arg !== undefined))).toThrow("Usage:"));
