import { setTimeout as delay } from "node:timers/promises";
import { PlantSpace } from "./address-space/plant-space.js";
import { startServer, type RunningServer } from "./opcua-server.js";
import type { PlantListener, PlantSource } from "./plant/plant-source.js";
import { endpointsOf, type PlantAnnouncement } from "./plant/protocol.js";
import type { EndpointPorts } from "./process/options.js";

const clockStepMilliseconds = 100;
const lookMilliseconds = 100;
/** A client that only reads never subscribes. */
const longestWaitMilliseconds = 5000;

/** One OPC UA server of the plant. */
export interface ServedEndpoint extends RunningServer {
  /** As the plant's nodes name it; null for the single endpoint of a plant that names none. */
  readonly name: string | null;
}

export interface OpcuaPlantOptions {
  readonly data: string;
  readonly ports: EndpointPorts;
  readonly source: (listener: PlantListener) => PlantSource;
  /** Every server listens: clients may come. In the order in which the plant names its endpoints. */
  readonly ready: (endpoints: readonly [ServedEndpoint, ...ServedEndpoint[]]) => Promise<void>;
  readonly log: (text: string) => void;
}

/** The plant came back with other nodes: an address space cannot follow that while clients hold its node ids, so the process starts anew. */
export class PlantChanged extends Error {}

/** Shows one plant as OPC UA servers, one per endpoint: they start when the plant has announced itself, and outlive the plant's absences. */
export class OpcuaPlant {
  readonly #source: PlantSource;
  readonly #endpoints: ServedEndpoint[] = [];
  #announced: PlantAnnouncement | null = null;
  #space: PlantSpace | null = null;
  #clock: NodeJS.Timeout | undefined;
  #cutting: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(private readonly options: OpcuaPlantOptions) {
    this.#source = options.source({
      announced: (plant) => this.#meet(plant),
      values: (values) => this.#space?.publish(values),
      clock: (reading) => this.#space?.heardClock(reading),
      cutOff: (names) => this.#cut(names),
      lost: () => this.#space?.lost(),
      attended: () => this.#attended(),
    });
  }

  /** Until {@link close}. @throws PlantChanged; or why a server could not start. */
  run(): Promise<void> {
    return this.#source.run();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#clock);
    this.#source.close();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.shutdown()));
  }

  async #meet(plant: PlantAnnouncement): Promise<void> {
    if (this.#announced !== null) {
      if (JSON.stringify(this.#announced.nodes) !== JSON.stringify(plant.nodes))
        throw new PlantChanged(`The plant came back with another list of nodes (${plant.nodes.length} instead of ${this.#announced.nodes.length}, or other ones); this process ends so that its parent starts it anew with them.`);
      return this.options.log(`the plant ${plant.name} is back`);
    }
    this.#announced = plant;
    const space = new PlantSpace(plant, (node, value) => this.#source.write(node, value));
    const names = endpointsOf(plant.nodes);
    for (const name of this.options.ports.names) if (!names.includes(name)) this.options.log(`--port ${name}=… is of no use: the plant names ${names[0] === null ? "no endpoint" : `the endpoints ${names.join(", ")}`}`);
    // One after the other: the first makes the certificate that all of them show, since they are one application.
    for (const [place, name] of names.entries()) {
      const port = this.options.ports.of(name, place);
      const server = await startServer({ data: this.options.data, port, populate: (addressSpace) => space.show(name, addressSpace) });
      this.#endpoints.push({ ...server, name });
    }
    const [first, ...more] = this.#endpoints;
    if (first === undefined) throw new Error("the plant announced no node");
    this.#space = space;
    this.#clock = setInterval(() => this.#space?.moveClock(performance.now()), clockStepMilliseconds);
    await this.options.ready([first, ...more]);
  }

  /** The network, as the plant says; one change after the other. */
  #cut(names: readonly string[]): void {
    this.#cutting = this.#cutting.then(async () => {
      if (this.#closed) return;
      for (const endpoint of this.#endpoints) {
        const isCut = endpoint.name !== null && names.includes(endpoint.name);
        if (isCut === endpoint.isCut()) continue;
        await (isCut ? endpoint.cut() : endpoint.mend());
        this.options.log(`the network to ${endpoint.name} is ${isCut ? "cut: its connections are dropped and none is taken" : "whole again"}`);
      }
    }).catch((error: unknown) => this.options.log(`the network cannot be changed as the plant says: ${(error as Error).message}`));
  }

  /** Done when the first client has subscribed and adds no more items; or when one has logged in and does not subscribe. */
  async #attended(): Promise<void> {
    let items = 0;
    for (let waited = 0; waited < longestWaitMilliseconds && !this.#closed; ) {
      await delay(lookMilliseconds);
      const audiences = this.#endpoints.map((endpoint) => endpoint.audience());
      const now = audiences.reduce((sum, audience) => sum + audience.items, 0);
      if (now > 0 && now === items) return;
      items = now;
      if (audiences.some((audience) => audience.sessions > 0)) waited += lookMilliseconds;
    }
  }
}
