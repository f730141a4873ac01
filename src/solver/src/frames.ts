/**
 * What crosses between a planner and its worker, over standard input and output: frames of
 *
 *   length u32 (of all that follows) · kind u8 · id u32 (of the solve it is about) · payload
 *
 * all little-endian. `CpSat/WorkerFrames.cs` of the planner is the other end.
 */
export type Request =
  | { readonly kind: "solve"; readonly id: number; readonly deadlineMs: number; readonly progress: boolean; readonly parameters: Uint8Array; readonly model: Uint8Array }
  | { readonly kind: "cancel"; readonly id: number };

export type Report =
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly id: number; readonly objective: number; readonly bound: number }
  | { readonly kind: "answer"; readonly id: number; readonly response: Uint8Array }
  | { readonly kind: "failed"; readonly id: number; readonly reason: string };

const solve = 1, cancel = 2, ready = 16, progress = 17, answer = 18, failed = 19;
const headBytes = 5; // kind and id, which every frame has
const solveHeadBytes = 9; // deadline u32, progress u8, length of the parameters u32
const longestFrame = 256 * 1024 * 1024;

/** Takes bytes as they come and gives the requests that are whole. Bytes that cannot be a request are an error: nothing after them can be understood. */
export function requestReader(take: (request: Request) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let held = 0;
  return (chunk) => {
    pending.push(chunk);
    held += chunk.length;
    for (;;) {
      if (held < 4) return;
      const first = pending[0] !== undefined && pending[0].length >= 4 ? pending[0] : Buffer.concat(pending);
      const length = first.readUInt32LE(0);
      if (length < headBytes || length > longestFrame) throw new Error(`a frame of ${length} bytes: expected ${headBytes} to ${longestFrame}`);
      if (held < 4 + length) return;
      const all = Buffer.concat(pending);
      take(parse(all.subarray(4, 4 + length)));
      pending = [all.subarray(4 + length)];
      held -= 4 + length;
    }
  };
}

export function encode(report: Report): Buffer {
  switch (report.kind) {
    case "ready": return frame(ready, 0, Buffer.alloc(0));
    case "progress": {
      const payload = Buffer.alloc(16);
      payload.writeDoubleLE(report.objective, 0);
      payload.writeDoubleLE(report.bound, 8);
      return frame(progress, report.id, payload);
    }
    case "answer": return frame(answer, report.id, report.response);
    case "failed": return frame(failed, report.id, Buffer.from(report.reason, "utf8"));
    default: return report satisfies never;
  }
}

function parse(body: Buffer): Request {
  const kind = body.readUInt8(0);
  const id = body.readUInt32LE(1);
  if (kind === cancel) return { kind: "cancel", id };
  if (kind !== solve) throw new Error(`a frame of kind ${kind}: expected ${solve} (solve) or ${cancel} (cancel)`);
  const payload = body.subarray(headBytes);
  if (payload.length < solveHeadBytes) throw new Error(`solve ${id} has ${payload.length} bytes: expected at least ${solveHeadBytes}`);
  const modelAt = solveHeadBytes + payload.readUInt32LE(5);
  if (modelAt > payload.length) throw new Error(`solve ${id}: its parameters reach beyond the frame`);
  return {
    kind: "solve", id, deadlineMs: payload.readUInt32LE(0), progress: payload.readUInt8(4) !== 0,
    parameters: payload.subarray(solveHeadBytes, modelAt), model: payload.subarray(modelAt),
  };
}

function frame(kind: number, id: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + headBytes + payload.length);
  bytes.writeUInt32LE(headBytes + payload.length, 0);
  bytes.writeUInt8(kind, 4);
  bytes.writeUInt32LE(id, 5);
  bytes.set(payload, 4 + headBytes);
  return bytes;
}
