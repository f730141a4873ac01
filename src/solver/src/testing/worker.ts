import { spawn, type ChildProcessByStdio } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Readable, type Writable } from "node:stream";
import protobuf from "protobufjs";
import { onTestFinished } from "vitest";
import { compiledSolver } from "./compiled.js";

const protos = new URL("../../../DigitalTwin.Planning/CpSat/protos/", import.meta.url);
const schema = (file: string) => protobuf.parse(readFileSync(new URL(file, protos), "utf8")).root;
const models = schema("cp_model.proto").lookupType("operations_research.sat.CpModelProto");
const responses = schema("cp_model.proto").lookupType("operations_research.sat.CpSolverResponse");
const parameterTypes = schema("sat_parameters.proto").lookupType("operations_research.sat.SatParameters");

export interface Said { readonly kind: number; readonly id: number; readonly payload: Buffer }

/** A real worker process, spoken to as the planner does. */
export class WorkerProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  readonly said: Said[] = [];
  private bytes = Buffer.alloc(0);
  private wake: () => void = () => undefined;

  constructor(...options: string[]) {
    this.child = spawn(process.execPath, [join(compiledSolver(), "main.js"), ...options], { stdio: ["pipe", "pipe", "ignore"] });
    onTestFinished(() => void this.child.kill("SIGKILL"));
    this.child.on("exit", () => this.wake());
    this.child.stdout.on("data", (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      while (this.bytes.length >= 4 && this.bytes.length >= 4 + this.bytes.readUInt32LE(0)) {
        const end = 4 + this.bytes.readUInt32LE(0);
        this.said.push({ kind: this.bytes.readUInt8(4), id: this.bytes.readUInt32LE(5), payload: this.bytes.subarray(9, end) });
        this.bytes = this.bytes.subarray(end);
      }
      this.wake();
    });
  }

  solve(id: number, model: object, { deadlineMs = 20_000, progress = false, parameters = {} }: { deadlineMs?: number; progress?: boolean; parameters?: object } = {}): void {
    const settings = Buffer.from(parameterTypes.encode(parameterTypes.fromObject({ numWorkers: 1, ...parameters })).finish());
    const head = Buffer.alloc(9);
    head.writeUInt32LE(deadlineMs, 0);
    head.writeUInt8(progress ? 1 : 0, 4);
    head.writeUInt32LE(settings.length, 5);
    this.send(1, id, Buffer.concat([head, settings, models.encode(models.fromObject(model)).finish()]));
  }

  cancel(id: number): void {
    this.send(2, id, Buffer.alloc(0));
  }

  /** The first frame of this kind about this solve. */
  async heard(kind: number, id: number): Promise<Said> {
    for (;;) {
      const found = this.said.find((frame) => frame.kind === kind && frame.id === id);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null) throw new Error(`it ended before it said ${kind} about ${id}`);
      await new Promise<void>((resolve) => { this.wake = resolve; });
    }
  }

  async answer(id: number): Promise<{ status: string; objectiveValue: number; solution: string[] }> {
    const { payload } = await this.heard(18, id);
    return responses.toObject(responses.decode(payload), { enums: String, longs: String, defaults: true, arrays: true }) as never;
  }

  private send(kind: number, id: number, payload: Buffer): void {
    const head = Buffer.alloc(9);
    head.writeUInt32LE(5 + payload.length, 0);
    head.writeUInt8(kind, 4);
    head.writeUInt32LE(id, 5);
    this.child.stdin.write(Buffer.concat([head, payload]));
  }
}

/** x + 2 y, at least 7, with x and y from 0 to 5: the least is 7. */
export const tiny = {
  variables: [{ name: "x", domain: [0, 5] }, { name: "y", domain: [0, 5] }],
  constraints: [{ linear: { vars: [0, 1], coeffs: [1, 2], domain: [7, 100] } }],
  objective: { vars: [0, 1], coeffs: [1, 2] },
};

/** A job shop whose routes and lengths a formula makes: too many orders for any solver to go through. */
export function endless(jobs: number, machines: number): object {
  const variables: object[] = [{ name: "end", domain: [0, 100_000] }];
  const constraints: object[] = [];
  const onMachine: number[][] = Array.from({ length: machines }, () => []);
  for (let job = 0; job < jobs; job++) {
    let before: { start: number; length: number } | undefined;
    for (let step = 0; step < machines; step++) {
      const length = 1 + (job * 7919 + step * 104_729 + job * step * 31) % 97;
      const machine = (step * (1 + job % (machines - 1)) + job) % machines;
      const start = variables.push({ name: `j${job}s${step}`, domain: [0, 100_000] }) - 1;
      const interval = constraints.push({ interval: { start: { vars: [start], coeffs: [1] }, size: { offset: length }, end: { vars: [start], coeffs: [1], offset: length } } }) - 1;
      onMachine[machine]?.push(interval);
      if (before !== undefined) constraints.push({ linear: { vars: [start, before.start], coeffs: [1, -1], domain: [before.length, 1_000_000] } });
      before = { start, length };
    }
    if (before !== undefined) constraints.push({ linear: { vars: [0, before.start], coeffs: [1, -1], domain: [before.length, 1_000_000] } });
  }
  for (const intervals of onMachine) constraints.push({ noOverlap: { intervals } });
  return { variables, constraints, objective: { vars: [0], coeffs: [1] } };
}

/** A chain of small sums over many numbers: easy, and far larger in the solver's memory than on the wire. */
export function wide(numbers: number): object {
  return {
    variables: Array.from({ length: numbers }, (_, at) => ({ domain: [0, 100 + at] })),
    constraints: Array.from({ length: numbers - 2 }, (_, at) => ({ linear: { vars: [at, at + 1, at + 2], coeffs: [1, 3, 7], domain: [7, 300] } })),
    objective: { vars: [0], coeffs: [1] },
  };
}
