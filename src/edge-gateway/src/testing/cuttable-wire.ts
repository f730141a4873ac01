import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP relay in front of a server: it can be cut, as when a process is killed, or fall silent, as a dead switch does. */
export class CuttableWire {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #silent: "no" | "both ways" | "towards us" | "towards the server" = "no";
  #refusing = false;
  #server!: Server;

  static async to(port: number): Promise<CuttableWire> {
    const wire = new CuttableWire();
    wire.#server = createServer((client) => {
      if (wire.#refusing) {
        client.destroy();
        return;
      }
      const far = connect(port, "localhost");
      const pair = [client, far] as const;
      wire.#pairs.add(pair);
      const end = () => {
        wire.#pairs.delete(pair);
        client.destroy();
        far.destroy();
      };
      client.on("data", (data) => { if (wire.#silent === "no" || wire.#silent === "towards us") far.write(data); });
      far.on("data", (data) => { if (wire.#silent === "no" || wire.#silent === "towards the server") client.write(data); });
      for (const socket of pair) socket.on("close", end).on("error", end);
    });
    await new Promise<void>((resolve) => wire.#server.listen(0, "127.0.0.1", resolve));
    return wire;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    this.#refusing = true;
    for (const pair of this.#pairs) pair[0].destroy();
  }

  fallSilent(how: "both ways" | "towards us" | "towards the server" = "both ways"): void {
    this.#silent = how;
  }

  mend(): void {
    this.#silent = "no";
    this.#refusing = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
