import { resolve } from "node:path";
import { expect, test } from "vitest";
import { EndpointPorts, parseOptions } from "./options.js";

test("without options it serves ./data on the registered OPC UA port and finds the plant in ports.json", () =>
  expect(parseOptions([])).toEqual({ data: resolve("data"), ports: new EndpointPorts(4840), plantPort: null, exitWithStdin: false }));

test("endpoints listen one after the other from the port given, each where it was told to", () => {
  const { ports } = parseOptions(["--port", "5000", "--port", "paint=6000"]);
  expect([ports.of(null, 0), ports.of("body", 0), ports.of("paint", 1), ports.of("assembly", 2)]).toEqual([5000, 5000, 6000, 5002]);
  expect(parseOptions(["--port", "0"]).ports.of("assembly", 2)).toBe(0);
});

test.each([["--port", "65536"], ["--port", "body=x"], ["--port", "=4841"], ["--port", "x"], ["--plant-port", "0"], ["--unknown"], ["stray"]])("%s %s is refused", (...args) => expect(() => parseOptions(args.filter((arg) => arg !== undefined))).toThrow("Usage:"));
