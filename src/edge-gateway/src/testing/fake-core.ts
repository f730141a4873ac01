import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";
import { numbered } from "../buffer/thinning.js";
import { decodeFrame, encodeFrame, type Frame } from "../link/frames.js";
import { unpack } from "../samples/columns.js";
import type { ContentFormat, Row } from "../samples/row.js";

export interface Seen extends Row {
  readonly sequence: number;
}

/** A core at the other end of a real wss link: mutual TLS, credit, acknowledgements. What it stored survives a stop and start, as a journal would. */
export class FakeCore {
  readonly rows: Seen[] = [];
  readonly gaps: NonNullable<Frame["gap"]>[] = [];
  readonly counts: NonNullable<Frame["counts"]>[] = [];
  readonly lost: NonNullable<Frame["thinned"]>["lost"][number][] = [];
  readonly ticks: NonNullable<Frame["tick"]>[] = [];
  readonly hellos: NonNullable<Frame["gatewayHello"]>[] = [];
  /** Rows and gaps that came again after a reconnect. */
  repeated = 0;
  /** Sequences that neither a row nor a gap accounted for. */
  readonly missing: string[] = [];
  stored = 0;
  credit = 1000;
  /** Most samples that were ever in flight. */
  mostInFlight = 0;
  givesCredit = true;
  takesNewest = true;
  /** What becomes of each row that is new. */
  keep: (row: Seen) => void = (row) => void this.rows.push(row);
  /** Values that are shown ahead of those that wait. */
  onNewest: (rows: readonly Row[], ageMs: readonly number[]) => void = () => undefined;
  onGap: (gap: NonNullable<Frame["gap"]>) => void = () => undefined;
  port = 0;
  #inFlight = 0;
  #server: Server | undefined;
  readonly #sockets = new Set<WebSocket>();

  constructor(private readonly tls: { cert: string; key: string; ca: string }) {}

  static async withCertificates(pki: string): Promise<FakeCore> {
    const [cert, key, ca] = await Promise.all(["core.crt", "core.key", "gateway.crt"].map((name) => readFile(`${pki}/${name}`, "utf8")));
    return new FakeCore({ cert: cert as string, key: key as string, ca: ca as string });
  }

  /** Every frame that reached it before the wire was cut has been stored once this is false. */
  get connected(): boolean {
    return this.#sockets.size > 0;
  }

  get url(): string {
    return `wss://localhost:${this.port}/edge/v1`;
  }

  async start(): Promise<void> {
    const server = createServer({ ...this.tls, requestCert: true, rejectUnauthorized: true });
    const sockets = new WebSocketServer({ server, path: "/edge/v1", perMessageDeflate: false });
    sockets.on("connection", (socket) => this.#accept(socket));
    await new Promise<void>((resolve) => server.listen(this.port, "localhost", resolve));
    this.port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Ends as a killed process does: no close frame. */
  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.terminate();
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** Gives back all the credit that is held back so far. */
  releaseCredit(): void {
    this.givesCredit = true;
    for (const socket of this.#sockets) this.#give(socket, this.#inFlight);
  }

  signal(number: number): string {
    return this.hellos.at(-1)?.signals.find((signal) => signal.number === number)?.id ?? `? ${number}`;
  }

  of(id: string): Seen[] {
    return this.rows.filter((row) => this.signal(row.signal) === id);
  }

  #accept(socket: WebSocket): void {
    this.#sockets.add(socket);
    this.#inFlight = 0;
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("message", (data) => this.#receive(socket, decodeFrame(data as Buffer)));
  }

  #receive(socket: WebSocket, frame: Frame): void {
    if (frame.gatewayHello !== undefined) {
      this.hellos.push(frame.gatewayHello);
      socket.send(encodeFrame({ coreHello: { bootId: "fake", storedSequence: this.stored, credit: this.credit, takesNewest: this.takesNewest } }));
    }
    if (frame.tick !== undefined) this.ticks.push(frame.tick);
    if (frame.newest !== undefined) this.onNewest(unpack(frame.newest.rows), frame.newest.ageMs);
    if (frame.counts !== undefined) this.counts.push(frame.counts);
    if (frame.gap !== undefined) {
      if (frame.gap.sequence <= this.stored) this.repeated++;
      else {
        this.gaps.push(frame.gap);
        this.onGap(frame.gap);
        this.stored = frame.gap.sequence;
      }
      socket.send(encodeFrame({ ack: { sequence: this.stored } }));
    }
    if (frame.samples !== undefined) this.#take(socket, frame.samples.firstSequence, unpack(frame.samples));
    if (frame.thinned !== undefined) {
      const { rows, holeCount, lost } = frame.thinned;
      if (rows.firstSequence > this.stored) this.lost.push(...lost);
      const all = numbered(rows.firstSequence, frame);
      this.#take(socket, rows.firstSequence, all.map(({ row }) => row), all.map(({ sequence }) => sequence), holeCount.reduce((sum, count) => sum + count, 0));
    }
    if (frame.waveform !== undefined) {
      const { sequence, signal, sourceUs, serverUs, statusCode, format, content } = frame.waveform;
      this.#take(socket, sequence, [{ signal, sourceUs, serverUs, status: statusCode, value: NaN, content: { format: format as ContentFormat, bytes: content } }]);
    }
  }

  #take(socket: WebSocket, firstSequence: number, rows: readonly Row[], sequences = rows.map((_, index) => firstSequence + index), gone = 0): void {
    this.#inFlight += rows.length;
    this.mostInFlight = Math.max(this.mostInFlight, this.#inFlight);
    if (firstSequence > this.stored + 1) this.missing.push(`${this.stored + 1}..${firstSequence - 1}`);
    rows.forEach((row, index) => {
      const sequence = sequences[index] as number;
      if (sequence <= this.stored) this.repeated++;
      else this.keep({ ...row, sequence });
    });
    this.stored = Math.max(this.stored, firstSequence + rows.length + gone - 1);
    if (this.givesCredit) this.#give(socket, rows.length);
    socket.send(encodeFrame({ ack: { sequence: this.stored } }));
  }

  #give(socket: WebSocket, samples: number): void {
    this.#inFlight -= samples;
    if (samples > 0) socket.send(encodeFrame({ credit: { samples } }));
  }
}
