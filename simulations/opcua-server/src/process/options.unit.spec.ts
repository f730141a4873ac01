import { resolve } from "node:path";
import { expect, test } from "vitest";
import { parseOptions } from "./options.js";

test("without options it serves ./data on the registered OPC UA port and finds the plant in ports.json", () =>
  expect(parseOptions([])).toEqual({ data: resolve("data"), port: 4840, plantPort: null, exitWithStdin: false }));

test.each([["--port", "65536"], ["--port", "x"], ["--plant-port", "0"], ["--unknown"], ["stray"]])("%s %s is refused", (...args) => expect(() => parseOptions(args.filter((arg) => arg !== undefined))).toThrow("Usage:"));
