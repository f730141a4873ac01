import { PlantSpace } from "./address-space/plant-space.js";
import { startServer, type RunningServer } from "./opcua-server.js";
import { PlantLink } from "./plant/plant-link.js";
import type { PlantAnnouncement } from "./plant/protocol.js";

const clockStepMilliseconds = 100;

export interface OpcuaPlantOptions {
  readonly data: string;
  readonly port: number;
  readonly plantPort: () => Promise<number | null>;
  /** The server listens: clients may come. */
  readonly ready: (server: RunningServer) => Promise<void>;
  readonly log: (text: string) => void;
}

/** The plant came back with other nodes: an address space cannot follow that while clients hold its node ids, so the process starts anew. */
export class PlantChanged extends Error {}

/** Shows one plant as an OPC UA server: the server starts when the plant has announced itself, and outlives the plant's absences. */
export class OpcuaPlant {
  readonly #link: PlantLink;
  #announced: PlantAnnouncement | null = null;
  #space: PlantSpace | null = null;
  #server: RunningServer | null = null;
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

  /** Until {@link close}. @throws PlantChanged; or why the server could not start. */
  run(): Promise<void> {
    return this.#link.run();
  }

  async close(): Promise<void> {
    clearInterval(this.#clock);
    this.#link.close();
    await this.#server?.shutdown();
  }

  async #meet(plant: PlantAnnouncement): Promise<void> {
    if (this.#announced !== null) {
      if (JSON.stringify(this.#announced.nodes) !== JSON.stringify(plant.nodes))
        throw new PlantChanged(`The plant came back with another list of nodes (${plant.nodes.length} instead of ${this.#announced.nodes.length}, or other ones); this process ends so that its parent starts it anew with them.`);
      return this.options.log(`the plant ${plant.name} is back`);
    }
    this.#announced = plant;
    this.#server = await startServer({
      data: this.options.data,
      port: this.options.port,
      populate: (addressSpace) => {
        this.#space = new PlantSpace(addressSpace, plant, (node, value) => this.#link.write(node, value));
      },
    });
    this.#clock = setInterval(() => this.#space?.moveClock(performance.now()), clockStepMilliseconds);
    await this.options.ready(this.#server);
  }
}
