/**
 * The link to the core: dials, resumes where the core says, sends what is on disk in sequence order within the credit, and a tick each
 * second. It never ends by itself: whatever breaks the connection, it dials again, and everything not acknowledged is sent again.
 * While it is behind, what is newest goes ahead, to be shown, and the backlog follows at a bounded rate.
 */
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { WebSocket } from "ws";
import { BufferReader, creditOf, split } from "../buffer/buffer-reader.js";
import type { DurableBuffer } from "../buffer/durable-buffer.js";
import type { Log } from "../log.js";
import { Backlog } from "./backlog.js";
import { CreditWindow } from "./credit-window.js";
import { Drain } from "./drain.js";
import { decodeFrame, encodeFrame, type Frame } from "./frames.js";
import { NewestRows } from "./newest-rows.js";
import { level, Pace, type Standing } from "./standing.js";

export interface CoreLinkOptions {
  readonly url: string;
  /** Holds gateway.crt, gateway.key and ca.crt, read anew for each connection. */
  readonly certificates: string;
  readonly bootId: string;
  readonly plantHash: string;
  /** What a backlog is drained at, at least. */
  readonly drainRowsPerSecond: number;
  /** Told with the counts; absent where nothing is ever eased. */
  readonly eased?: () => NonNullable<Frame["counts"]>["eased"];
}

const firstRetryMs = 200;
const longestRetryMs = 2000;
/** A core that answers neither hello nor ping for so long is gone, whatever TCP says. */
const silenceMs = 5000;
/** How often the core is told what was numbered, where nothing waits to be sent: 7 bytes a signal. */
const countsEveryMs = 10_000;
/** The oldest row that is not sent is older: what is shown at the core would be old. Less is the usual wait for disk and credit. */
const behindAfterMs = 2000;
const newestEveryMs = 250;
/** Between two looks at what of a backlog may be sent. */
const drainEveryMs = 20;

export class CoreLink {
  #socket: WebSocket | undefined;
  #open = false;
  #session: Session | undefined;
  #stopped = false;
  #retryMs = firstRetryMs;
  #retry: NodeJS.Timeout | undefined;
  #lastFailure = "";
  readonly #newest = new NewestRows();
  readonly #backlog = new Backlog();
  readonly #unsubscribe: () => void;

  constructor(private readonly options: CoreLinkOptions, private readonly buffer: DurableBuffer, private readonly log: Log) {
    // What is on disk already has waited since before this process began: it is drained as a backlog is.
    this.#backlog.arrived(performance.now() - (buffer.buffered > 0 ? behindAfterMs + 1 : 0), buffer.nextSequence);
    this.#unsubscribe = buffer.onDurable((written) => {
      const now = performance.now();
      this.#backlog.arrived(now, buffer.nextSequence);
      this.#newest.add(written, now);
    });
  }

  start(): void {
    this.#dial();
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
    clearTimeout(this.#retry);
    this.#socket?.close(1001);
    const socket = this.#socket;
    setTimeout(() => socket?.terminate(), 200).unref();
  }

  /** For the tick, once each. */
  get standing(): Standing {
    return this.#session?.standing ?? level;
  }

  /** Whether at some time since this was asked last samples were at hand that the core had given no credit for; undefined without a link. */
  waitedForCredit(): boolean | undefined {
    return this.#open ? this.#session?.waitedForCredit() : undefined;
  }

  /** Sends at once, outside the order of samples; nothing when there is no link. */
  sendTick(tick: NonNullable<Frame["tick"]>): void {
    if (this.#open) this.#socket?.send(encodeFrame({ tick }));
  }

  #dial(): void {
    this.#connect().catch((error: Error) => this.#retryAfter(error.message));
  }

  /** @throws Error where the certificates are not there or not usable. */
  async #connect(): Promise<void> {
    const { url } = this.options;
    const { certificate, key, ca } = await readLinkCertificates(this.options.certificates);
    if (this.#stopped) return;
    const gateway = /CN=([^\n]+)/.exec(new X509Certificate(certificate).subject)?.[1] ?? "gateway";
    const socket = new WebSocket(url, { cert: certificate, key, ca, minVersion: "TLSv1.2", handshakeTimeout: silenceMs, perMessageDeflate: false, maxPayload: 1024 * 1024 });
    this.#socket = socket;
    let failure = "closed by the core";
    let heard = performance.now();
    let session: Session | undefined;
    const watch = setInterval(() => {
      if (performance.now() - heard > silenceMs) {
        failure = `no sign of life for ${silenceMs / 1000} s`;
        socket.terminate();
      } else if (socket.readyState === WebSocket.OPEN) {
        socket.ping();
      }
    }, 1000);

    socket.on("open", () => {
      heard = performance.now();
      socket.send(encodeFrame({ gatewayHello: this.#hello(gateway) }));
    });
    socket.on("pong", () => { heard = performance.now(); });
    socket.on("error", (error) => { failure = error.message; });
    socket.on("message", (data) => {
      heard = performance.now();
      try {
        const frame = decodeFrame(data as Buffer);
        if (frame.coreHello !== undefined && session === undefined) {
          const { storedSequence, credit, takesNewest } = frame.coreHello;
          this.#retryMs = firstRetryMs;
          this.#lastFailure = "";
          this.log("info", `linked to the core at ${url}; it holds up to ${storedSequence} of ${this.buffer.nextSequence - 1}`);
          const drain = new Drain(this.options.drainRowsPerSecond, performance.now(), this.buffer.nextSequence);
          session = new Session(socket, this.buffer, this.#backlog, drain, takesNewest ? this.#newest : undefined, storedSequence, credit, this.options.eased, (error) => {
            failure = error.message;
            socket.terminate();
          });
          this.#session = session;
          this.#open = true;
        } else if (session !== undefined) {
          session.receive(frame);
        }
      } catch (error) {
        failure = `a frame of the core cannot be read (${(error as Error).message})`;
        socket.close(1002);
      }
    });
    socket.on("close", (code, reason) => {
      clearInterval(watch);
      this.#open = false;
      session?.end();
      this.#session = undefined;
      this.#retryAfter(reason.length > 0 ? `${reason.toString()} (${code})` : failure);
    });
  }

  #retryAfter(failure: string): void {
    if (this.#stopped) return;
    if (failure !== this.#lastFailure) this.log("warn", `no link to the core at ${this.options.url}: ${failure}; trying again, samples are kept on disk meanwhile`);
    this.#lastFailure = failure;
    this.#retry = setTimeout(() => this.#dial(), this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
  }

  #hello(gateway: string): NonNullable<Frame["gatewayHello"]> {
    const { bootId, plantHash } = this.options;
    const { bufferId, signals } = this.buffer.dictionary;
    return {
      gateway, bootId, bufferId, plantHash, firstSequence: this.buffer.firstSequence, nextSequence: this.buffer.nextSequence,
      signals: signals.map((id, index) => ({ number: index + 1, id })),
    };
  }
}

/** One connection after both hellos. */
class Session {
  readonly #window: CreditWindow;
  #reader: BufferReader;
  #ended = false;
  #pumping = false;
  #again = false;
  #countsAt = -Infinity;
  #newestOnItsWay = false;
  #pace: Pace | undefined;
  #telling: NodeJS.Timeout | undefined;
  #draining: NodeJS.Timeout | undefined;
  #waits = false;
  #waited = false;
  readonly #unsubscribe: () => void;

  /** @param newest undefined for a core that does not know such frames. */
  constructor(
    private readonly socket: WebSocket, private readonly buffer: DurableBuffer, private readonly backlog: Backlog, private readonly drain: Drain,
    private readonly newest: NewestRows | undefined, stored: number, credit: number, private readonly eased: CoreLinkOptions["eased"] | undefined, private readonly fail: (error: Error) => void,
  ) {
    this.#window = new CreditWindow(credit);
    this.#reader = new BufferReader(buffer, stored);
    this.#unsubscribe = buffer.onDurable(() => this.#wake());
    newest?.startOver();
    void this.#guard(this.#resume(stored));
  }

  receive(frame: Frame): void {
    if (frame.credit !== undefined) {
      this.#window.grant(frame.credit.samples);
      this.#waits = false;
      this.#wake();
    } else if (frame.ack !== undefined) {
      this.backlog.acknowledged(frame.ack.sequence);
      void this.#guard(this.buffer.acknowledge(frame.ack.sequence));
    } else if (frame.command !== undefined) {
      // This gateway has no writing client: the core is told so instead of being left without an answer.
      const { commandId } = frame.command;
      this.socket.send(encodeFrame({ commandReport: { commandId, state: "refused", code: "NOT_SUPPORTED", reason: "this gateway reads only" } }));
    }
  }

  waitedForCredit(): boolean {
    const waited = this.#waited;
    this.#waited = this.#waits;
    return waited;
  }

  get standing(): Standing {
    const waitedMs = this.#waitedMs;
    if (waitedMs <= behindAfterMs) {
      this.#pace = undefined;
      return level;
    }
    return (this.#pace ??= new Pace()).look(performance.now(), waitedMs, this.buffer.nextSequence - this.#reader.nextSequence);
  }

  end(): void {
    this.#ended = true;
    this.#unsubscribe();
    clearInterval(this.#telling);
    clearTimeout(this.#draining);
  }

  async #resume(stored: number): Promise<void> {
    await this.buffer.skipTo(stored);
    await this.buffer.acknowledge(stored);
    if (this.#ended) return;
    this.#tellNewest();
    this.#telling = setInterval(() => this.#tellNewest(), newestEveryMs);
    this.#wake();
  }

  #wake(): void {
    this.#again = true;
    if (!this.#pumping) void this.#guard(this.#pump());
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#again && !this.#ended) {
        this.#again = false;
        while (!this.#ended && this.#mayGoOn()) {
          let record = await this.#reader.next();
          if (record === undefined) break;
          let rows = creditOf(record);
          if (!this.#window.take(rows)) {
            // With samples in flight more credit will come. With none, a record larger than all the credit there is goes in parts.
            const part = this.#window.available;
            if (this.#window.inFlight > 0 || part <= 0) {
              this.#reader.putBack(record);
              this.#waits = this.#waited = true;
              this.#rest();
              break;
            }
            const [head, tail] = split(record, part);
            this.#window.take(part);
            this.#reader.putBack(tail);
            [record, rows] = [head, part];
          }
          this.drain.sent(rows);
          await this.#send(record.content);
        }
        if (!this.#ended) await this.#sendCounts();
      }
    } finally {
      this.#pumping = false;
    }
  }

  get #waitedMs(): number {
    return this.backlog.waitedMs(this.#reader.nextSequence, performance.now());
  }

  /** A backlog has to leave room for what is newest; without one, the credit alone holds back. */
  #mayGoOn(): boolean {
    if (this.#waitedMs <= behindAfterMs) {
      this.#rest();
      return true;
    }
    if (this.drain.allows(performance.now(), this.buffer.nextSequence)) return true;
    this.#draining ??= setTimeout(() => {
      this.#draining = undefined;
      this.#wake();
    }, drainEveryMs);
    return false;
  }

  #rest(): void {
    this.drain.rest(performance.now(), this.buffer.nextSequence);
  }

  /** All of it is handed to the socket at once, so that no later row goes before; the next only when the socket has taken this. */
  #tellNewest(): void {
    if (this.newest === undefined || this.#newestOnItsWay || this.#waitedMs <= behindAfterMs) return;
    const frames = this.newest.take(performance.now());
    if (frames.length === 0) return;
    this.#newestOnItsWay = true;
    void Promise.all(frames.map((newest) => this.#send(encodeFrame({ newest })))).then(() => { this.#newestOnItsWay = false; });
  }

  /** The counts are of all that is on disk, so they can be told only where all of that is sent. */
  async #sendCounts(): Promise<void> {
    if (!this.#reader.atEnd || performance.now() - this.#countsAt < countsEveryMs) return;
    this.#countsAt = performance.now();
    const { since, all } = this.buffer.counts;
    const counts = { sequence: this.buffer.nextSequence - 1, since, signal: all.map(([signal]) => signal), sampled: all.map(([, sampled]) => sampled), eased: this.eased?.() ?? [] };
    await this.#send(encodeFrame({ counts }));
  }

  /** Waits until the socket has taken it, so that a slow network holds the reader back and not our memory. */
  #send(content: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.socket.send(content, () => resolve()));
  }

  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.fail(error as Error);
    }
  }
}

async function readLinkCertificates(folder: string): Promise<{ certificate: string; key: string; ca: string }> {
  const read = async (name: string): Promise<string> => {
    const text = await readFile(`${folder}/${name}`, "utf8").catch((error: NodeJS.ErrnoException) => {
      throw new Error(error.code === "ENOENT" ? `${folder}/${name} is not there, the host makes it at its first start` : `${folder}/${name} cannot be read (${error.message})`);
    });
    if (text.trim() === "") throw new Error(`${folder}/${name} is empty`);
    return text;
  };
  return { certificate: await read("gateway.crt"), key: await read("gateway.key"), ca: await read("ca.crt") };
}
