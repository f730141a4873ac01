import { expect, test } from "vitest";
import { encode, requestReader, type Request } from "./frames.js";

const solveFrame = Buffer.from([
  5 + 9 + 2 + 3, 0, 0, 0, 1, 7, 0, 0, 0, // a solve with id 7
  0x10, 0x27, 0, 0, 1, 2, 0, 0, 0, // 10,000 ms, with progress, 2 bytes of parameters
  8, 9, 1, 2, 3,
]);
const cancelFrame = Buffer.from([5, 0, 0, 0, 2, 7, 0, 0, 0]);

test.each([1, 2, 5, 1000])("requests are read however the pipe cuts them: pieces of %i bytes", (size) => {
  const taken: Request[] = [];
  const read = requestReader((request) => taken.push(request));
  const all = Buffer.concat([solveFrame, cancelFrame, solveFrame]);
  for (let at = 0; at < all.length; at += size) read(all.subarray(at, at + size));
  expect(taken.map((request) => request.kind)).toEqual(["solve", "cancel", "solve"]);
  expect(taken[0]).toEqual({ kind: "solve", id: 7, deadlineMs: 10_000, progress: true, parameters: Buffer.from([8, 9]), model: Buffer.from([1, 2, 3]) });
});

test.each([
  ["a length that no request has", Buffer.from([255, 255, 255, 255]), "expected 5 to"],
  ["an unknown kind", Buffer.from([5, 0, 0, 0, 9, 7, 0, 0, 0]), "kind 9: expected 1 (solve) or 2 (cancel)"],
  ["parameters longer than the frame", Buffer.from([14, 0, 0, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]), "beyond the frame"],
])("%s is an error", (_, bytes, reason) => {
  expect(() => requestReader(() => undefined)(bytes)).toThrow(reason);
});

test("reports are written as the planner reads them", () => {
  expect(encode({ kind: "ready" })).toEqual(Buffer.from([5, 0, 0, 0, 16, 0, 0, 0, 0]));
  expect(encode({ kind: "failed", id: 258, reason: "no" })).toEqual(Buffer.from([7, 0, 0, 0, 19, 2, 1, 0, 0, 110, 111]));
  expect(encode({ kind: "progress", id: 1, objective: 55, bound: Number.NaN }).readDoubleLE(9)).toBe(55);
});
