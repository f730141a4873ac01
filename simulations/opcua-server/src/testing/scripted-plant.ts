import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { PlantNode, PlantValue } from "../plant/protocol.js";

export interface WriteRequest {
  readonly request: number;
  readonly node: number;
  readonly value: unknown;
}

/** A plant's socket that says what a test tells it to say. */
export class ScriptedPlant {
  readonly writes: WriteRequest[] = [];
  readonly #clients = new Set<Socket>();
  #server: Server | null = null;
  #pulse: NodeJS.Timeout | undefined;
  port = 0;

  /** Status of each write; undefined answers nothing. */
  answer: (write: WriteRequest) => number | undefined = () => 0;

  constructor(public nodes: readonly PlantNode[], private readonly newest: () => readonly PlantValue[] = () => []) {}

  async listen(port = 0): Promise<this> {
    this.#server = createServer((socket) => this.#greet(socket));
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    this.port = (this.#server.address() as { port: number }).port;
    this.#pulse = setInterval(() => this.values([]), 1000); // a plant that says nothing for long is taken for lost
    return this;
  }

  values(v: readonly PlantValue[]): void {
    this.#say({ type: "values", v });
  }

  clock(plant: number, speed: number, cut: readonly string[] = []): void {
    this.#say({ type: "clock", plant, wall: Date.now() * 1000, speed, ...(cut.length > 0 ? { cut } : {}) });
  }

  /** As a kill -9 of the plant looks from outside. */
  async die(): Promise<void> {
    clearInterval(this.#pulse);
    for (const client of this.#clients) client.destroy();
    const server = this.#server;
    this.#server = null;
    if (server !== null) await new Promise((done) => server.close(done));
  }

  #greet(socket: Socket): void {
    this.#clients.add(socket);
    socket.setEncoding("utf8").on("close", () => this.#clients.delete(socket)).on("error", () => undefined);
    socket.write(JSON.stringify({ type: "plant", name: "Scripted", speed: 20, nodes: this.nodes }) + "\n");
    socket.write(JSON.stringify({ type: "values", v: this.newest() }) + "\n");
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#obey(socket, JSON.parse(line) as WriteRequest);
    });
  }

  #obey(socket: Socket, write: WriteRequest): void {
    this.writes.push(write);
    const status = this.answer(write);
    if (status !== undefined) socket.write(JSON.stringify({ type: "written", request: write.request, status }) + "\n");
  }

  #say(line: object): void {
    const text = JSON.stringify(line) + "\n";
    for (const client of this.#clients) client.write(text);
  }
}
