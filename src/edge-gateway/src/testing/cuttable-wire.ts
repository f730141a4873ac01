import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP relay in front of a server: it can be cut, as when a process is killed, or fall silent, as a dead switch does. */
export class CuttableWire {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #silent = false;
  #refusing = false;
  #server!: Server;

  static async to(port: number): Promise<CuttableWire> {
    const wire = new CuttableWire();
    wire.#server = createServer((client) => {
      if (wire.#refusing) {
        client.destroy();
        return;
      }
      const far = connect(port, "127.0.0.1");
      const pair = [client, far] as const;
      wire.#pairs.add(pair);
      const end = () => {
        wire.#pairs.delete(pair);
        client.destroy();
        far.destroy();
      };
      client.on("data", (data) => { if (!wire.#silent) far.write(data); });
      far.on("data", (data) => { if (!wire.#silent) client.write(data); });
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

  fallSilent(): void {
    this.#silent = true;
  }

  mend(): void {
    this.#silent = false;
    this.#refusing = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
