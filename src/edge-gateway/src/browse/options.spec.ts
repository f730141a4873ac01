import { expect, test } from "vitest";
import { parseOptions } from "./options.js";

test("the words of twin are understood, in whatever order they come", () => {
  expect(parseOptions(["-o", "json", "plant", "browse", "opc.tcp://plc:4840", "--out", "p.json", "--data", "/d", "--user", "me", "--password-file", "pw", "--trust", "AB", "--timeout", "3"])).toEqual({
    verb: "browse", url: "opc.tcp://plc:4840", out: "p.json", from: undefined, data: "/d", user: "me", passwordFile: "pw", trust: "AB", timeoutMs: 3000, maxNodes: 100_000, format: "json",
  });
  expect(parseOptions(["plant", "check", "p.json", "--endpoint", "a=opc.tcp://one:1", "--endpoint", "b=opc.tcp://two:2", "--no-extra", "--data", "/d"])).toMatchObject({
    verb: "check", file: "p.json", endpoints: new Map([["a", "opc.tcp://one:1"], ["b", "opc.tcp://two:2"]]), extra: false, format: "text",
  });
});

test.each([
  [["browse", "http://plc"], '"http://plc" is not of the form opc.tcp://host:port'],
  [["browse"], "browse wants one URL, has 0"],
  [["browse", "opc.tcp://plc", "--from", "ns=2;s=A"], '--from "ns=2;s=A" is not of the form nsu=<namespace URI>;s=<identifier>'],
  [["browse", "opc.tcp://plc", "--no-extra"], "browse has no option --no-extra"],
  [["check", "a", "b"], "check wants one FILE, has 2"],
  [["check", "a", "--endpoint", "plc"], '--endpoint "plc" is not of the form NAME=opc.tcp://host:port'],
  [["check", "a", "--max-nodes", "none"], '--max-nodes "none" is not a number above 0'],
  [["check", "a", "--password", "secret"], "Unknown option '--password'"],
])("plant %j is refused with one sentence", (args, sentence) => {
  expect(() => parseOptions(["plant", ...args])).toThrow(sentence);
});
