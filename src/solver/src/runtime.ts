import { fileURLToPath } from "node:url";

/** The part of the Emscripten build of CP-SAT that is used here. */
export interface Runtime {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
  _free_buffer(address: number): void;
  _interrupt_solve(): void;
  ccall(name: string, result: "number", types: readonly "number"[], values: readonly number[], options: { async: true }): Promise<number>;
  ccall(name: string, result: "string", types: readonly [], values: readonly []): string;
}

const page = 65_536;
const initialBytes = 16 * 1024 * 1024; // what the build declares; less is refused by WebAssembly

/** @param folder Where the two files of the runtime lie; ends with a slash. */
export async function loadRuntime(folder: URL, memoryMegabytes: number, print: (line: string) => void): Promise<Runtime> {
  const { default: create } = await import(new URL("cp_sat_runtime_node_asyncify.js", folder).href) as { default: (options: object) => Promise<Runtime> };
  return create({
    locateFile: (file: string) => fileURLToPath(new URL(file, folder)),
    // The limits of V8's heap do not hold for this memory, so it gets its own.
    wasmMemory: new WebAssembly.Memory({ initial: initialBytes / page, maximum: Math.max(initialBytes, memoryMegabytes * 1024 * 1024) / page, shared: true }),
    print,
    printErr: (line: string) => process.stderr.write(`${line}\n`),
  });
}

/** Runs one solve. Other work of this thread waits for its end, bar what the solver's looks at the clock do. */
export async function solve(runtime: Runtime, model: Uint8Array, parameters: Uint8Array): Promise<Uint8Array> {
  const modelAt = copy(runtime, model);
  const parametersAt = copy(runtime, parameters);
  const lengthAt = runtime._malloc(4);
  const responseAt = await runtime.ccall("solve_model", "number", ["number", "number", "number", "number", "number"], [modelAt, model.length, parametersAt, parameters.length, lengthAt], { async: true });
  const heap = runtime.HEAPU8; // read anew: the solve may have grown the memory
  const length = new DataView(heap.buffer, lengthAt, 4).getUint32(0, true);
  if (responseAt === 0 || length === 0) throw new Error("the solver gave no response");
  const response = heap.slice(responseAt, responseAt + length);
  runtime._free_buffer(responseAt);
  for (const address of [modelAt, parametersAt, lengthAt]) runtime._free(address);
  return response;
}

function copy(runtime: Runtime, bytes: Uint8Array): number {
  const address = runtime._malloc(bytes.length + 1); // a block of no bytes may have no address
  if (address === 0) throw new Error(`no memory for ${bytes.length} bytes of the request`);
  runtime.HEAPU8.set(bytes, address);
  return address;
}
