/**
 * A worker of a planner: solves CP-SAT models, one after the other, that come over standard input. This thread only passes frames
 * on, so that it hears a cancel, and the end of its parent, in the middle of a solve.
 */
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import { encode, requestReader, type Report } from "./frames.js";
import type { ThreadData } from "./solve-thread.js";

const { values } = parseArgs({ options: { "memory-megabytes": { type: "string", default: "1024" } } });
const memoryMegabytes = Number(values["memory-megabytes"]);
if (!Number.isInteger(memoryMegabytes) || memoryMegabytes < 1 || memoryMegabytes > 2048) {
  process.stderr.write(`solver: --memory-megabytes ${values["memory-megabytes"]}: expected 1 to 2048\n`);
  process.exit(2);
}

/** There is nothing to save, and Node's own exit can wait for a thread that solves. */
function end(): void {
  process.kill(process.pid, "SIGKILL");
}

function give(report: Report): void {
  process.stdout.write(encode(report));
}

// V8's quick compiler for WebAssembly, for good. Its better code would be a third faster, but compiling it takes ten seconds of a core, and until
// it is done, in the midst of the solves, each takes five times as long: measured with one of 6 × 6 (18 against 100 ms; 160 against 700 MB) and of 30 × 10.
setFlagsFromString("--liftoff-only");

const cancelled = new SharedArrayBuffer(4);
const data: ThreadData = { runtimeFolder: new URL("./runtime/", import.meta.url).href, memoryMegabytes, cancelled };
// Its standard output is kept apart: a stray line among the frames would end the conversation.
const thread = new Worker(new URL("./solve-thread.js", import.meta.url), { workerData: data, stdout: true });

thread.on("message", (report: Report) => {
  give(report);
  // What a solver leaves behind that was stopped by want of memory or a fault of its own is not to be solved with.
  if (report.kind === "failed") end();
});
thread.on("error", (error: Error) => {
  process.stderr.write(`solver: ${error.message}\n`);
  end();
});
thread.on("exit", end);

const read = requestReader((request) => {
  switch (request.kind) {
    case "solve": thread.postMessage(request); break;
    case "cancel": Atomics.store(new Int32Array(cancelled), 0, request.id | 0); break;
    default: request satisfies never;
  }
});
// Ctrl-C reaches the whole group of a terminal: the planner then cancels, and wants the best so far.
process.on("SIGINT", () => undefined);
process.stdin.on("data", (chunk: Buffer) => {
  try {
    read(chunk);
  } catch (error) {
    process.stderr.write(`solver: ${(error as Error).message}\n`);
    end();
  }
});
process.stdin.on("end", end);
process.stdin.on("error", end);
process.stdout.on("error", end);
