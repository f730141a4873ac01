import { expect, test } from "vitest";
import { parseOptions } from "./options.js";

test("the options of the host's command line are understood", () => {
  expect(parseOptions(["--data", "d", "--plant", "p.json", "--core", "wss://127.0.0.1:5443/edge/v1", "--endpoint", "a=opc.tcp://127.0.0.1:4840", "--trust", "x.pem", "--trust", "y.pem", "--exit-with-stdin"])).toEqual({
    kind: "run", data: "d", plant: "p.json", core: "wss://127.0.0.1:5443/edge/v1", endpoints: new Map([["a", "opc.tcp://127.0.0.1:4840"]]), trust: ["x.pem", "y.pem"], bufferMegabytes: 512, drainRowsPerSecond: 20_000, exitWithStdin: true,
  });
  expect(parseOptions(["trust", "--data", "d", "AB12"])).toEqual({ kind: "trust", data: "d", certificate: "AB12" });
});

test.each([
  [[], "--plant FILE is missing"],
  [["--plant"], "--plant needs a value"],
  [["--plant", "p", "--core", "ws://x"], '--core "ws://x" is not of the form wss://host:port/path'],
  [["--plant", "p", "--endpoint", "opc.tcp://x"], '--endpoint "opc.tcp://x" is not of the form NAME=opc.tcp://host:port'],
  [["--plant", "p", "--endpoint", "a=http://x"], '--endpoint a: "http://x" is not of the form opc.tcp://host:port'],
  [["--plant", "p", "--drain-rows-per-second", "0"], '--drain-rows-per-second "0" is not a number above 0'],
  [["--plant", "p", "--verbose"], "there is no option --verbose"],
  [["trust"], "trust needs one certificate file or thumbprint"],
])("%j is refused with one sentence", (args, sentence) => {
  expect(() => parseOptions(args)).toThrow(sentence);
});
