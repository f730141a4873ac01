import { PlantSpace } from "./address-space/plant-space.js";
import { startServer, type RunningServer } from "./opcua-server.js";
import { PlantLink } from "./plant/plant-link.js";
import { endpointsOf, type PlantAnnouncement } from "./plant/protocol.js";
import type { EndpointPorts } from "./process/options.js";

const clockStepMilliseconds = 100;

/** One OPC UA server of the plant. */
export interface ServedEndpoint extends RunningServer {
  /** As the plant's nodes name it; null for the single endpoint of a plant that names none. */
  readonly name: string | null;
}

export interface OpcuaPlantOptions {
  readonly data: string;
  readonly ports: EndpointPorts;
  readonly plantPort: () => Promise<number | null>;
  /** Every server listens: clients may come. In the order in which the plant names its endpoints. */
  readonly ready: (endpoints: readonly [ServedEndpoint, ...ServedEndpoint[]]) => Promise<void>;
  readonly log: (text: string) => void;
}

/** The plant came back with other nodes: an address space cannot follow that while clients hold its node ids, so the process starts anew. */
export class PlantChanged extends Error {}

/** Shows one plant as OPC UA servers, one per endpoint: they start when the plant has announced itself, and outlive the plant's absences. */
export class OpcuaPlant {
  readonly #link: PlantLink;
  readonly #endpoints: ServedEndpoint[] = [];
  #announced: PlantAnnouncement | null = null;
  #space: PlantSpace | null = null;
  #clock: NodeJS.Timeout | undefined;

  constructor(private readonly options: OpcuaPlantOptions) {
    this.#link = new PlantLink(
      options.plantPort,
      {
        announced: (plant) => this.#meet(plant),
        values: (values) => this.#space?.publish(values),
        clock: (reading) => this.#space?.heardClock(reading),
        lost: (why) => {
          this.#space?.lost();
          options.log(`lost the plant (${why}); its values are uncertain until it is back`);
        },
      },
      options.log,
    );
  }

  /** Until {@link close}. @throws PlantChanged; or why a server could not start. */
  run(): Promise<void> {
    return this.#link.run();
  }

  async close(): Promise<void> {
    clearInterval(this.#clock);
    this.#link.close();
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.shutdown()));
  }

  async #meet(plant: PlantAnnouncement): Promise<void> {
    if (this.#announced !== null) {
      if (JSON.stringify(this.#announced.nodes) !== JSON.stringify(plant.nodes))
        throw new PlantChanged(`The plant came back with another list of nodes (${plant.nodes.length} instead of ${this.#announced.nodes.length}, or other ones); this process ends so that its parent starts it anew with them.`);
      return this.options.log(`the plant ${plant.name} is back`);
    }
    this.#announced = plant;
    const space = new PlantSpace(plant, (node, value) => this.#link.write(node, value));
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
}
