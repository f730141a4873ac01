import { connect, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { StatusCodes, coerceStatusCode, type StatusCode } from "node-opcua";
import type { PlantListener, PlantSource } from "./plant-source.js";
import { parsePlantLine, writeLine, type PlantLine } from "./protocol.js";

const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 2000;
/** The plant says its time every second: five missed lines mean that it hangs. */
const longestSilenceMilliseconds = 5000;
/** A write that is not answered by then is reported as BadTimeout: it may or may not have reached the physics. */
const writeTimeoutMilliseconds = 2000;
const mostWritesInFlight = 1000;
/** A line of all nodes is some 100 kB; something that never sends a line feed is not a plant. */
const longestLine = 16 * 1024 * 1024;

interface PendingWrite {
  readonly answer: (status: StatusCode) => void;
  readonly timer: NodeJS.Timeout;
}

/** Holds the connection to the plant's JSON-lines socket, for ever. */
export class PlantLink implements PlantSource {
  readonly #pending = new Map<number, PendingWrite>();
  readonly #stop = new AbortController();
  #socket: Socket | null = null;
  #ready = false;
  #requests = 0;

  /** @param port asked at each attempt, since a restarted plant listens elsewhere; null while none is known. */
  constructor(private readonly port: () => Promise<number | null>, private readonly listener: Omit<PlantListener, "attended">, private readonly log: (text: string) => void) {}

  /** Runs until {@link close}, or until the listener refuses an announcement by throwing. */
  async run(): Promise<void> {
    let pause = firstPauseMilliseconds;
    let reported = "";
    while (!this.#stop.signal.aborted) {
      try {
        const port = await this.port();
        if (port === null) throw new Disconnected("no plant is named in ports.json yet");
        await this.#converse(port);
        pause = firstPauseMilliseconds;
        reported = "";
      } catch (error) {
        if (!(error instanceof Disconnected)) throw error;
        if (error.message !== reported && !this.#stop.signal.aborted) this.log(`waiting for the plant: ${error.message}`);
        reported = error.message;
      }
      await delay(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      pause = Math.min(pause * 2, longestPauseMilliseconds);
    }
  }

  close(): void {
    this.#stop.abort();
    this.#socket?.destroy();
  }

  write(node: number, value: unknown): Promise<StatusCode> {
    const socket = this.#socket;
    if (socket === null || !this.#ready) return Promise.resolve(StatusCodes.BadNoCommunication);
    if (this.#pending.size >= mostWritesInFlight) return Promise.resolve(StatusCodes.BadTooManyOperations);
    const request = ++this.#requests;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#answer(request, StatusCodes.BadTimeout), writeTimeoutMilliseconds);
      this.#pending.set(request, { answer: resolve, timer });
      socket.write(writeLine(request, node, value));
    });
  }

  #answer(request: number, status: StatusCode): void {
    const pending = this.#pending.get(request);
    if (pending === undefined) return; // answered too late: the writer has been told BadTimeout
    this.#pending.delete(request);
    clearTimeout(pending.timer);
    pending.answer(status);
  }

  /** One connection, from connecting to its end. @throws Disconnected when the plant was never heard. */
  async #converse(port: number): Promise<void> {
    const socket = connect({ port, host: "127.0.0.1" });
    this.#socket = socket;
    socket.setEncoding("utf8");
    socket.setNoDelay(true);
    socket.setTimeout(longestSilenceMilliseconds);
    socket.on("timeout", () => socket.destroy(new Error(`it has said nothing for ${longestSilenceMilliseconds / 1000} s`)));
    let why = "it closed the connection";
    try {
      for await (const line of lines(socket)) await this.#hear(line);
    } catch (error) {
      if (error instanceof ListenerFailure) throw error.cause;
      if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") why = (error as Error).message;
    } finally {
      socket.destroy();
      this.#socket = null;
    }
    if (!this.#ready) throw new Disconnected(`port ${port}: ${why}`);
    this.#ready = false;
    for (const request of [...this.#pending.keys()]) this.#answer(request, StatusCodes.BadTimeout);
    if (this.#stop.signal.aborted) return;
    this.log(`lost the plant (${why}); its values are uncertain until it is back`);
    this.listener.lost(why);
  }

  async #hear(text: string): Promise<void> {
    const line: PlantLine = parsePlantLine(text);
    if (line.type === "plant") {
      this.#socket?.setTimeout(0); // nothing is read meanwhile: the silence is ours
      await this.listener.announced(line).catch((cause: unknown) => {
        throw new ListenerFailure(cause);
      });
      this.#socket?.setTimeout(longestSilenceMilliseconds);
      this.#ready = true;
      return;
    }
    if (!this.#ready) throw new Error(`its first line is of type ${line.type}, not plant`);
    switch (line.type) {
      case "values":
        return this.listener.values(line.v);
      case "clock":
        this.listener.clock({ plantMicros: line.plant, speed: line.speed, heardAt: performance.now() });
        return this.listener.cutOff(line.cut);
      case "written":
        if (line.reason !== undefined) this.log(`the plant refused a write: ${line.reason}`);
        return this.#answer(line.request, coerceStatusCode(line.status));
      default:
        return line satisfies never;
    }
  }
}

class Disconnected extends Error {}

/** What the listener threw is not a fault of the connection: it ends the link. */
class ListenerFailure extends Error {
  constructor(override readonly cause: unknown) {
    super("the announcement was refused");
  }
}

async function* lines(socket: Socket): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of socket as AsyncIterable<string>) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    if (rest.length > longestLine) throw new Error(`it sent more than ${longestLine} characters without a line feed`);
    yield* parts;
  }
}
