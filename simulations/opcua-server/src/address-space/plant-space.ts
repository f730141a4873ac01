import { DataType, StatusCodes, Variant, type DataValue, type IAddressSpace, type Namespace, type StatusCode, type UAObject, type UAVariable } from "node-opcua";
import { dataValue, statusOf, variant, variantTypes } from "./data-value.js";
import { foldersOf, nameOf, parentOf } from "./folders.js";
import { acceptWrites, type WriteToPlant } from "./setpoint.js";
import { addAnalogProperties, analogType } from "./analog.js";
import { plantTimeAt, steadyTime, type ClockReading } from "../plant/plant-clock.js";
import type { PlantAnnouncement, PlantNode, PlantValue } from "../plant/protocol.js";

const clockNodes = { plantTime: "Clock.PlantTime", speed: "Clock.Speed" } as const;

interface ClockVariables {
  readonly plantTime: UAVariable;
  readonly speed: UAVariable;
}

/**
 * The plant's nodes as OPC UA variables, and their values; those of one endpoint lie in the address space of one server.
 * The two clock nodes of each endpoint are kept here, from the plant's clock lines: they move ten times a second, the plant speaks once.
 */
export class PlantSpace {
  readonly #variables: UAVariable[] = [];
  readonly #clocks: ClockVariables[] = [];
  #toldMicros = 0;
  #clockReading: ClockReading | null = null;
  #connected = true;

  constructor(private readonly plant: PlantAnnouncement, private readonly write: WriteToPlant) {}

  /** Builds the nodes of one endpoint, before a client can see them. */
  show(endpoint: string | null, addressSpace: IAddressSpace): void {
    const nodes = this.plant.nodes.map((node, index) => ({ node, index })).filter(({ node }) => (node.endpoint ?? null) === endpoint);
    const [first] = nodes;
    if (first === undefined) throw new Error("the plant announced no node");
    for (const ns of new Set(nodes.map(({ node }) => node.ns))) this.#build(addressSpace, ns, nodes.filter(({ node }) => node.ns === ns));
    const announced = nodes.find(({ node }) => node.id === clockNodes.plantTime);
    this.#clocks.push(clockVariables(addressSpace, (announced ?? first).node.ns));
  }

  #build(addressSpace: IAddressSpace, ns: string, nodes: readonly { readonly node: PlantNode; readonly index: number }[]): void {
    const namespace = addressSpace.registerNamespace(ns) as Namespace;
    const objects = addressSpace.rootFolder.objects;
    const folders = new Map<string, UAObject>();
    const within = (parent: string | null) => {
      const folder = parent === null ? undefined : folders.get(parent);
      return folder === undefined ? { organizedBy: objects } : { componentOf: folder };
    };
    for (const folder of foldersOf(nodes.map(({ node }) => node.id)))
      folders.set(folder.id, namespace.addObject({ browseName: folder.name, nodeId: `s=${folder.id}`, ...within(folder.parent) }));
    for (const { node, index } of nodes) {
      const variable = addVariable(namespace, node, within(parentOf(node.id)));
      if (node.writable) acceptWrites(variable, variantTypes[node.dataType], (value) => this.write(index, value));
      this.#variables[index] = variable;
    }
  }

  /** Values in the order the plant sent them; each becomes one change of its variable, with its own source time. */
  publish(values: readonly PlantValue[]): void {
    this.#connected = true;
    const now = new Date();
    for (const [index, value, sourceMicros, status] of values) {
      const node = this.plant.nodes[index];
      const variable = this.#variables[index];
      if (node === undefined || variable === undefined) throw new Error(`the plant sent a value of node ${index}, but announced ${this.plant.nodes.length} nodes`);
      if (this.#clocks.some((clock) => variable === clock.plantTime || variable === clock.speed)) continue;
      const code = statusOf(status);
      const read = value === null && code.isNotGood() ? new Variant({ dataType: DataType.Null }) : variant(node.dataType, value);
      if (read === null) throw new Error(`the plant sent ${JSON.stringify(value)} for ${node.id}, which is a ${node.dataType}`);
      setValue(variable, dataValue(read, sourceMicros, code, now));
    }
  }

  heardClock(reading: ClockReading): void {
    this.#clockReading = reading;
    const speed = new Variant({ dataType: DataType.Double, value: reading.speed });
    for (const clock of this.#clocks) setValue(clock.speed, dataValue(speed, reading.plantMicros, StatusCodes.Good, new Date()));
    this.moveClock(reading.heardAt);
  }

  /** @param now monotonic milliseconds. */
  moveClock(now: number): void {
    if (this.#clockReading === null || !this.#connected) return;
    const micros = (this.#toldMicros = steadyTime(this.#toldMicros, plantTimeAt(this.#clockReading, now), this.#clockReading.speed));
    const value = new Variant({ dataType: DataType.DateTime, value: new Date(Math.floor(micros / 1000)) });
    for (const clock of this.#clocks) setValue(clock.plantTime, dataValue(value, micros, StatusCodes.Good, new Date()));
  }

  /**
   * The plant cannot be reached. OPC UA Part 8 names this case: Uncertain_NoCommunicationLastUsable where a last value is known,
   * Bad_NoCommunication where there is none; the last values stay readable but nobody can take them for current.
   * Each keeps its own source time: what is known is the value at that time, and the value that comes back, which may be the same one,
   * is not older than this mark. A client sees the mark by its status.
   */
  lost(): void {
    this.#connected = false;
    this.#clockReading = null;
    const now = new Date();
    for (const variable of new Set([...this.#variables, ...this.#clocks.flatMap((clock) => [clock.plantTime, clock.speed])])) {
      const last = variable.readValue();
      const known = last.statusCode.isGoodish() || last.statusCode.equals(StatusCodes.UncertainNoCommunicationLastUsableValue);
      const status: StatusCode = known ? StatusCodes.UncertainNoCommunicationLastUsableValue : StatusCodes.BadNoCommunication;
      setValue(variable, dataValue(last.value, microsOf(last), status, now));
    }
  }
}

/** `setValueFromSource` would drop the microseconds and give plant time as server time; the method below it takes a whole DataValue. */
function setValue(variable: UAVariable, value: DataValue): void {
  (variable as unknown as { _internal_set_dataValue(value: DataValue): void })._internal_set_dataValue(value);
}

/** The plant's own clock nodes where it has announced them, else new ones in the endpoint's first namespace. */
function clockVariables(addressSpace: IAddressSpace, ns: string): ClockVariables {
  const namespace = addressSpace.registerNamespace(ns) as Namespace;
  const parent = (namespace.findNode("s=Clock") as UAObject | null) ?? namespace.addObject({ browseName: "Clock", nodeId: "s=Clock", organizedBy: addressSpace.rootFolder.objects });
  const find = (id: string, dataType: "DateTime" | "Double"): UAVariable =>
    (namespace.findNode(`s=${id}`) as UAVariable | null) ?? addVariable(namespace, { ns, id, dataType, writable: false }, { componentOf: parent });
  return { plantTime: find(clockNodes.plantTime, "DateTime"), speed: find(clockNodes.speed, "Double") };
}

function addVariable(namespace: Namespace, node: PlantNode, place: { readonly organizedBy: UAObject } | { readonly componentOf: UAObject }): UAVariable {
  const access = node.writable ? "CurrentRead | CurrentWrite" : "CurrentRead";
  const variable = namespace.addVariable({
    browseName: nameOf(node.id),
    nodeId: `s=${node.id}`,
    description: node.description ?? "",
    dataType: variantTypes[node.dataType],
    valueRank: node.dataType === "FloatArray" ? 1 : -1, // Part 3, 5.6.2: one dimension, or a scalar
    typeDefinition: analogType(node),
    accessLevel: access,
    userAccessLevel: access,
    minimumSamplingInterval: 0, // exception based: every change is reported, Part 3 §5.6.2
    ...place,
  });
  addAnalogProperties(namespace, variable, node);
  const nothingYet = new Variant({ dataType: DataType.Null });
  setValue(variable, dataValue(nothingYet, 0, StatusCodes.BadWaitingForInitialData, new Date()));
  return variable;
}

function microsOf(value: DataValue): number {
  return value.sourceTimestamp === null ? 0 : value.sourceTimestamp.getTime() * 1000 + Math.floor(value.sourcePicoseconds / 1_000_000);
}
