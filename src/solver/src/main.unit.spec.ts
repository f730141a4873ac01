// The worker as the process that a planner starts, with the real solver in it.
import { once } from "node:events";
import { expect, test } from "vitest";
import { endless, tiny, wide, WorkerProcess } from "./testing/worker.js";

const [ready, progress, failed] = [16, 17, 19];

test("it says when it is ready, and solves one model after the other", async () => {
  const worker = new WorkerProcess();
  await worker.heard(ready, 0);
  worker.solve(1, tiny);
  worker.solve(2, { ...tiny, objective: { vars: [0], coeffs: [1] } });
  expect(await worker.answer(1)).toMatchObject({ status: "OPTIMAL", objectiveValue: 7 });
  expect(await worker.answer(2)).toMatchObject({ status: "OPTIMAL", objectiveValue: 0 });
});

test("a model that cannot be met and one that is wrong are answers too", async () => {
  const worker = new WorkerProcess();
  worker.solve(1, { ...tiny, constraints: [{ linear: { vars: [0], coeffs: [1], domain: [6, 9] } }] });
  worker.solve(2, { variables: [{ domain: [3, 1] }] });
  expect((await worker.answer(1)).status).toBe("INFEASIBLE");
  expect((await worker.answer(2)).status).toBe("MODEL_INVALID");
});

test("a cancel in the middle of a solve gives the best so far, and the next solve is not cancelled", async () => {
  const worker = new WorkerProcess();
  worker.solve(1, endless(30, 10), { progress: true, deadlineMs: 60_000 });
  const first = (await worker.heard(progress, 1)).payload;
  expect(first).toHaveLength(16);
  while (Number.isNaN(worker.said.findLast((frame) => frame.kind === progress)?.payload.readDoubleLE(0))) await once(worker.child.stdout, "data");
  const asked = performance.now();
  worker.cancel(1);
  const best = await worker.answer(1);
  const tookMs = performance.now() - asked;
  expect(best.status).toBe("FEASIBLE");
  expect(best.objectiveValue).toBeGreaterThan(0);
  expect(tookMs).toBeLessThan(3000); // 15 to 60 ms on a quiet machine
  worker.cancel(1); // late: it is about a solve that is over
  worker.solve(2, tiny);
  expect((await worker.answer(2)).status).toBe("OPTIMAL");
}, 60_000);

test("a solve ends at its deadline with the best so far, whatever its own parameters allow", async () => {
  const worker = new WorkerProcess();
  worker.solve(1, tiny);
  await worker.answer(1);
  const asked = performance.now();
  worker.solve(2, endless(30, 10), { deadlineMs: 1500, parameters: { maxTimeInSeconds: 1000 } });
  expect((await worker.answer(2)).status).toBe("FEASIBLE");
  expect(performance.now() - asked).toBeGreaterThan(1400);
  expect(performance.now() - asked).toBeLessThan(6000);
}, 60_000);

test("with several threads of its own it still hears a cancel, and says nothing but frames", async () => {
  const worker = new WorkerProcess();
  worker.solve(1, endless(30, 10), { progress: true, deadlineMs: 60_000, parameters: { numWorkers: 2 } });
  await worker.heard(progress, 1);
  worker.cancel(1);
  expect(["FEASIBLE", "UNKNOWN"]).toContain((await worker.answer(1)).status);
  for (const { kind } of worker.said) expect([16, 17, 18]).toContain(kind);
}, 60_000);

test.each([["while it waits", false], ["in the middle of a solve", true]])("it ends at once when its parent is gone, %s", async (_, busy) => {
  const worker = new WorkerProcess();
  await worker.heard(ready, 0);
  if (busy) {
    worker.solve(1, endless(30, 10), { progress: true });
    await worker.heard(progress, 1);
  }
  worker.child.stdin.end();
  expect(await once(worker.child, "exit", { signal: AbortSignal.timeout(2000) })).toEqual([null, "SIGKILL"]);
}, 60_000);

test("ctrl-c is its parent's business", async () => {
  const worker = new WorkerProcess();
  await worker.heard(ready, 0);
  worker.solve(1, endless(30, 10), { progress: true, deadlineMs: 60_000 });
  while (!worker.said.some((frame) => frame.kind === progress && !Number.isNaN(frame.payload.readDoubleLE(0)))) await once(worker.child.stdout, "data");
  worker.child.kill("SIGINT");
  worker.cancel(1);
  expect((await worker.answer(1)).status).toBe("FEASIBLE");
}, 60_000);

test("a model that needs more memory than it may have ends it, with the reason", async () => {
  const worker = new WorkerProcess("--memory-megabytes", "48");
  worker.solve(1, wide(100_000));
  expect((await worker.heard(failed, 1)).payload.toString()).not.toBe("");
  if (worker.child.signalCode === null) await once(worker.child, "exit", { signal: AbortSignal.timeout(10_000) });
}, 60_000);

test("bytes that are no request end it", async () => {
  const worker = new WorkerProcess();
  await worker.heard(ready, 0);
  worker.child.stdin.write("solve, please\n");
  expect(await once(worker.child, "exit", { signal: AbortSignal.timeout(10_000) })).toEqual([null, "SIGKILL"]);
});
