/**
 * The thread that solves. CP-SAT blocks it until the solve is over, so no message can tell it to stop, and an interrupt from
 * another thread would run in another instance. But the solver asks for the time every few milliseconds, on this thread, so the
 * clock is the way in: both of its clocks are replaced by ones that look whether the solve is cancelled or its time is up,
 * and then interrupt it from inside. It answers with the best it has, as if its own time limit had passed.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { Report, Request } from "./frames.js";
import { readProgress } from "./progress.js";
import { loadRuntime, solve, type Runtime } from "./runtime.js";

/** @property cancelled One Int32: the id of the latest solve that was cancelled. */
export interface ThreadData {
  readonly runtimeFolder: string;
  readonly memoryMegabytes: number;
  readonly cancelled: SharedArrayBuffer;
}

// SatParameters.log_search_progress (41) and log_to_stdout (186), both true. Protobuf reads appended fields over earlier ones.
const logProgress = Uint8Array.of(0xc8, 0x02, 1, 0xd0, 0x0b, 1);

const port = parentPort;
if (port === null) throw new Error("solve-thread.js runs as a thread of main.js");
const { runtimeFolder, memoryMegabytes, cancelled } = workerData as ThreadData;
const cancelledId = new Int32Array(cancelled);
const now = performance.now.bind(performance);
const today = Date.now.bind(Date);

let solving: { readonly id: number; readonly endsAt: number; readonly interrupt: () => void; interrupted: boolean } | undefined;

function look(): void {
  if (solving === undefined || solving.interrupted) return;
  if (Atomics.load(cancelledId, 0) !== (solving.id | 0) && now() < solving.endsAt) return;
  solving.interrupted = true;
  solving.interrupt();
}

performance.now = () => { look(); return now(); };
Date.now = () => { look(); return today(); };

const report = (message: Report): void => port.postMessage(message);

const runtime = await loadRuntime(new URL(runtimeFolder), memoryMegabytes, (line) => {
  const progress = readProgress(line);
  if (solving !== undefined && progress !== undefined) report({ kind: "progress", id: solving.id, ...progress });
});
report({ kind: "ready" });

let last = Promise.resolve();
port.on("message", (request: Extract<Request, { kind: "solve" }>) => {
  last = last.then(() => answer(runtime, request));
});

async function answer(loaded: Runtime, { id, deadlineMs, progress, model, parameters }: Extract<Request, { kind: "solve" }>): Promise<void> {
  solving = { id, endsAt: now() + deadlineMs, interrupt: () => loaded._interrupt_solve(), interrupted: false };
  try {
    const response = await solve(loaded, model, progress ? Buffer.concat([parameters, logProgress]) : parameters);
    report({ kind: "answer", id, response });
  } catch (error) {
    report({ kind: "failed", id, reason: error instanceof Error ? error.message : String(error) });
  }
  solving = undefined;
}
