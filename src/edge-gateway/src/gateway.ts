import { randomUUID, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DataValue } from "node-opcua";
import { DurableBuffer, type BufferOptions } from "./buffer/durable-buffer.js";
import { EasedAccount } from "./easing/eased-account.js";
import { usualEasing, type EasingRules } from "./easing/easing.js";
import { Relief } from "./easing/relief.js";
import { lockFolder } from "./folder-lock.js";
import { CoreLink } from "./link/core-link.js";
import type { Log } from "./log.js";
import { ensureOwnCertificate } from "./opcua/certificate-manager.js";
import type { Item } from "./opcua/connection.js";
import { Endpoint } from "./opcua/endpoint.js";
import { expiryOf, ExpiryStages } from "./opcua/expiry.js";
import { KnownNodes } from "./opcua/known-nodes.js";
import { sharedPassword } from "./opcua/password.js";
import { microseconds, toRow } from "./opcua/reading.js";
import { pkiOf, trust } from "./opcua/trust-list.js";
import { PlantClock } from "./plant/plant-clock.js";
import type { EndpointDefinition, Plant, SignalClass, SignalType } from "./plant/definition.js";
import { GapTracker } from "./samples/gap-tracker.js";
import { Repeats } from "./samples/repeats.js";
import type { Row } from "./samples/row.js";

export interface GatewayOptions {
  readonly data: string;
  readonly plant: Plant;
  readonly core: string;
  readonly trust: readonly string[];
  readonly buffer: BufferOptions;
  readonly drainRowsPerSecond: number;
  readonly trustCommand: (thumbprint: string) => string;
  readonly easing?: EasingRules;
}

/** A monitored node: a signal of the plant, or one of its clock nodes. */
type Target =
  | { readonly kind: "signal"; readonly number: number; readonly type: SignalType; readonly class: SignalClass; readonly element: boolean }
  | { readonly kind: "plantTime" }
  | { readonly kind: "speed" };

/** OPC UA servers → gaps and rows → disk → core. */
export class Gateway {
  readonly bootId = randomUUID();
  readonly #clock: PlantClock;
  readonly #gaps: GapTracker;
  readonly #repeats = new Repeats();
  readonly #endpoints: Endpoint[] = [];
  readonly #link: CoreLink;
  readonly #ownStages = new ExpiryStages();
  readonly #relief: Relief;
  /** Asks each endpoint for what is wanted now. */
  readonly #ease: (() => void)[] = [];
  readonly #numbersOf: Readonly<Record<SignalClass, ReadonlySet<number>>>;
  #ticks = 0;
  #ticking: NodeJS.Timeout | undefined;

  private constructor(private readonly options: GatewayOptions, readonly buffer: DurableBuffer, private readonly eased: EasedAccount, private readonly unlock: () => Promise<void>, private readonly certificateUntil: Date, private readonly log: Log) {
    this.#relief = new Relief(options.easing ?? usualEasing, performance.now());
    const numbersOf = (wanted: SignalClass) => new Set(options.plant.signals.filter((signal) => signal.class === wanted).map((signal) => buffer.numbers.get(signal.id) as number));
    this.#numbersOf = { state: numbersOf("state"), telemetry: numbersOf("telemetry"), diagnostic: numbersOf("diagnostic") };
    this.#clock = new PlantClock(options.plant.clock !== null);
    this.#gaps = new GapTracker(buffer.lastSource);
    this.#link = new CoreLink({ url: options.core, certificates: join(options.data, "pki"), bootId: this.bootId, plantHash: options.plant.hash, drainRowsPerSecond: options.drainRowsPerSecond, eased: () => eased.told }, buffer, log);
  }

  /** @returns the gateway, with endpoints and link dialling. */
  static async start(options: GatewayOptions, log: Log): Promise<Gateway> {
    const unlock = await lockFolder(join(options.data, "gateway"));
    const pki = pkiOf(join(options.data, "gateway", "pki"));
    await ensureOwnCertificate(pki);
    const certificateUntil = new Date(new X509Certificate(await readFile(pki.certificateFile)).validTo);
    for (const file of options.trust) log("info", await trust(pki, file));
    const password = await sharedPassword(join(options.data, "pki", "opcua-gateway.password"));
    const classes = new Map(options.plant.signals.map((signal) => [signal.id, signal.class]));
    const buffer = await DurableBuffer.open(join(options.data, "gateway", "buffer"), [...classes.keys()], options.buffer, (text) => log("warn", text), (id) => classes.get(id));
    const eased = await EasedAccount.open(join(options.data, "gateway", "eased.json"), buffer.dictionary.bufferId, buffer.lastSource, (text) => log("warn", text));
    const gateway = new Gateway(options, buffer, eased, unlock, certificateUntil, log);
    for (const endpoint of options.plant.endpoints) {
      const { items, targets } = gateway.#targetsOf(endpoint);
      const signals = targets.flatMap((target) => (target.kind === "signal" ? [target.number] : []));
      const nodes = new KnownNodes(join(options.data, "gateway", "nodes", `${encodeURIComponent(endpoint.name)}.json`));
      const connection = new Endpoint(endpoint, items, { pki, password, nodes, trustCommand: options.trustCommand }, {
        values: (index, values) => gateway.#receive(targets, index, values),
        sampling: (eased) => gateway.eased.set(signals, new Map([...eased].flatMap(([index, ms]) => {
          const target = targets[index];
          return target?.kind === "signal" ? [[target.number, ms] as const] : [];
        })), gateway.#now().plantUs),
        lost: () => gateway.#gaps.lost(signals),
      }, log);
      gateway.#endpoints.push(connection);
      gateway.#ease.push(() => connection.ease((index) => {
        const target = targets[index];
        return target?.kind === "signal" ? gateway.#relief.samplingOf(target.class) : 0;
      }));
    }
    for (const endpoint of gateway.#endpoints) endpoint.start();
    gateway.#ticking = setInterval(() => gateway.#tick(), 1000);
    gateway.#link.start();
    return gateway;
  }

  /** What was received is on disk and all connections are closed when this resolves. */
  async stop(): Promise<void> {
    clearInterval(this.#ticking);
    await Promise.all([this.buffer.flushed(), ...this.#endpoints.map((endpoint) => endpoint.stop())]);
    await Promise.all([this.buffer.close(), this.eased.saved()]);
    this.#link.stop();
    await this.unlock();
  }

  #targetsOf(endpoint: EndpointDefinition): { items: Item[]; targets: Target[] } {
    const { signals, clock } = this.options.plant;
    const own = signals.filter((signal) => signal.endpoint === endpoint.name);
    const items: Item[] = own.map(({ id, node, index }) => ({ name: id, node, ...(index === undefined ? {} : { element: index }) }));
    const targets: Target[] = own.map((signal) => ({ kind: "signal", number: this.buffer.numbers.get(signal.id) as number, type: signal.type, class: signal.class, element: signal.index !== undefined }));
    if (clock?.endpoint === endpoint.name) {
      items.push({ name: "the plant's time", node: clock.plantTime }, { name: "the plant's speed", node: clock.speed });
      targets.push({ kind: "plantTime" }, { kind: "speed" });
    }
    return { items, targets };
  }

  #receive(targets: readonly Target[], index: readonly number[], values: readonly DataValue[]): void {
    const now = this.#now();
    const rows: Row[] = [];
    for (let at = 0; at < values.length; at++) {
      const target = targets[index[at] as number];
      const value = values[at] as DataValue;
      if (target?.kind === "signal") rows.push(toRow(target.number, target.type, value, now, target.element));
      else if (target !== undefined) this.#setClock(target.kind, value, now.wallUs, now.monotonicMs);
    }
    // The server fills a notification node by node; the twins want to see things happen in their order.
    rows.sort((one, other) => one.sourceUs - other.sourceUs);
    // A repeated row still closes a gap: it says that nothing was missed.
    this.buffer.append(this.eased.counted(this.#gaps.admit(rows), this.#clock.speed), this.#repeats.without(rows));
  }

  /** @returns the wall's time for the plant's where the plant has not told it yet. */
  #now(): { wallUs: number; monotonicMs: number; plantUs: number } {
    const wallUs = Date.now() * 1000;
    const monotonicMs = performance.now();
    const plantUs = this.#clock.now(wallUs, monotonicMs);
    return { wallUs, monotonicMs, plantUs: plantUs === 0 ? wallUs : plantUs };
  }

  #setClock(kind: "plantTime" | "speed", data: DataValue, wallUs: number, monotonicMs: number): void {
    const value: unknown = data.value.value;
    if (!data.statusCode.isGood()) {
      if (kind === "plantTime") this.#clock.stop();
      return;
    }
    if (kind === "speed" && typeof value === "number") this.#clock.setSpeed(value);
    if (kind === "plantTime" && value instanceof Date && value.getTime() > 0) {
      // On its way it has waited for the publishing cycle; with clocks that agree the server's stamp tells how long.
      const serverUs = microseconds(data.serverTimestamp, data.serverPicoseconds) ?? wallUs;
      const waitedMs = (wallUs - serverUs) / 1000;
      this.#clock.setTime(value.getTime() * 1000, waitedMs >= 0 && waitedMs <= 1000 ? monotonicMs - waitedMs : monotonicMs);
    }
  }

  #tick(): void {
    this.#ticks++;
    const monotonicMs = performance.now();
    const now = new Date();
    const warnings = this.#certificateWarnings(now);
    this.#relieve(monotonicMs);
    this.eased.retry();
    const ownCertificateUntilUs = this.certificateUntil.getTime() * 1000;
    this.#link.sendTick({
      counter: this.#ticks, bootId: this.bootId,
      plantTimeUs: this.#clock.now(Date.now() * 1000, monotonicMs), speed: this.#clock.speed, clockStands: this.#clock.stands(monotonicMs),
      endpoints: this.#endpoints.map((endpoint) => ({ ...endpoint.status(now, warnings), ownCertificateUntilUs })), buffered: this.buffer.buffered, dropped: this.buffer.dropped,
      droppedTelemetry: this.buffer.droppedOf.telemetry, droppedDiagnostic: this.buffer.droppedOf.diagnostic, ...this.#link.standing,
      easingLevel: this.#relief.level, easingSinceUs: this.#relief.sinceUs, easingWhy: this.#relief.why,
      easedTelemetryMs: this.eased.slowestOf(this.#numbersOf.telemetry), easedDiagnosticMs: this.eased.slowestOf(this.#numbersOf.diagnostic),
    });
  }

  #relieve(monotonicMs: number): void {
    const changed = this.#relief.look({ fill: this.buffer.isLosing ? 1 : this.buffer.bytes / this.options.buffer.maxBytes, waitedForCredit: this.#link.waitedForCredit(), backlog: this.buffer.buffered }, monotonicMs, Date.now() * 1000);
    if (changed === undefined) return;
    this.log(this.#relief.level > 0 ? "warn" : "info", changed);
    for (const ease of this.#ease) ease();
  }

  /** Not renewed by itself: each server would have to trust the new one first. */
  #certificateWarnings(now: Date): string[] {
    const expiry = expiryOf(this.certificateUntil, now);
    if (expiry === undefined) return [];
    const file = pkiOf(join(this.options.data, "gateway", "pki")).certificateFile;
    const warning = `this gateway's certificate ${expiry.text}; remove ${file} and start the gateway again: it makes a new one, which each server has to trust`;
    if (this.#ownStages.reached(expiry)) this.log("warn", warning);
    return [warning];
  }
}
