import type { StatusCode } from "node-opcua";
import type { ClockReading } from "./plant-clock.js";
import type { PlantAnnouncement, PlantValue } from "./protocol.js";

/** What stands behind the OPC UA nodes: a plant, or a recording of one. */
export interface PlantSource {
  /** Until {@link close}, or until the listener refuses an announcement by throwing. */
  run(): Promise<void>;
  close(): void;
  /** @returns the plant's answer. */
  write(node: number, value: unknown): Promise<StatusCode>;
}

export interface PlantListener {
  /** The first of all, and again after each loss; nothing more is told until this is done. */
  announced(plant: PlantAnnouncement): Promise<void>;
  values(values: readonly PlantValue[]): void;
  clock(reading: ClockReading): void;
  /** Nobody may reach these endpoints, by name, until it says otherwise; the others are reached. */
  cutOff(endpoints: readonly string[]): void;
  /** From now on the values are not current. */
  lost(why: string): void;
  /** Done when an OPC UA client has subscribed to what was announced. */
  attended(): Promise<void>;
}
