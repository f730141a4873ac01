/**
 * One connection to one OPC UA server, from dialling to the first sign of loss. Nothing of it is kept afterwards: the library
 * would repair connection, session and subscription by itself, but with the namespace indexes of the server before its restart,
 * and values would reach the wrong signal. So there is no retry in here, and the next connection starts from nothing.
 * It reads and subscribes; it has no write.
 */
import { AttributeIds, MessageSecurityMode, OPCUAClient, SecurityPolicy, UserTokenType, type ClientSession, type DataValue, type OPCUACertificateManager, type OPCUAClientOptions } from "node-opcua";
import type { EndpointDefinition } from "../plant/definition.js";
import { openCertificateManager } from "./certificate-manager.js";
import { Ending } from "./ending.js";
import { identitiesOf, type KnownNodes } from "./known-nodes.js";
import { resolveNode } from "./nodes.js";
import { refusalOfOurs, trustedCertificate } from "./server-certificate.js";
import { readLimits, ServerLimit, statusIn, type ServerLimits } from "./server-limits.js";
import type { SamplingWish } from "./sampling-wish.js";
import { rangeOf, Subscriptions, type NodeToMonitor, type RawSession } from "./subscriptions.js";
import type { Pki } from "./trust-list.js";
import { Unreported } from "./unreported.js";

export interface Item {
  /** What a person calls it: signal id, or what the clock node is. */
  readonly name: string;
  /** ExpandedNodeId with namespace URI. */
  readonly node: string;
  /** The one element of an array that is wanted. */
  readonly element?: string;
}

/** What a connection needs besides where to go. */
export interface Access {
  readonly pki: Pki;
  readonly password: string;
  readonly trustCommand: (thumbprint: string) => string;
  readonly nodes: KnownNodes;
}

export interface Monitoring {
  /** Items that the server does not deliver: name and why. */
  readonly failed: readonly string[];
  readonly subscriptions: number;
  /** End of the server's certificate. */
  readonly certificateUntil: Date;
}

export interface ConnectionEvents {
  /** When it is connected, and whenever it comes to be something else. */
  monitoring(state: Monitoring): void;
  /** What the server samples more slowly than it could, because it was asked to: milliseconds by item; and what it refused to change. */
  sampling(eased: ReadonlyMap<number, number>, refused: readonly string[]): void;
  /** One notification; `values[i]` belongs to `items[index[i]]`. In the server's order. */
  values(index: readonly number[], values: readonly DataValue[]): void;
}

export interface Periods {
  /** What is not monitored is asked for again. */
  readonly askAgainMs: number;
  /** Values are read and compared with those delivered. */
  readonly compareMs: number;
}

export const usualPeriods: Periods = { askAgainMs: 60_000, compareMs: 10_000 };

const setupMs = 15_000;
const nodesPerRead = 500;

/** Runs one connection to its end. @returns why it ended; throws where it never came to be connected. */
export async function runConnection(
  endpoint: EndpointDefinition, items: readonly Item[], access: Access, wish: SamplingWish, events: ConnectionEvents, stop: AbortSignal, periods = usualPeriods,
): Promise<string> {
  const manager = await openCertificateManager(access.pki);
  let client: OPCUAClient | undefined;
  let session: ClientSession | undefined;
  const end = new Ending(stop);
  try {
    const setup = async () => {
      const options = common(manager, access.pki);
      const certificate = await trustedCertificate(endpoint, options, manager, access.pki, access.trustCommand);
      end.throwIfEnded();
      client = OPCUAClient.create({
        ...options, serverCertificate: certificate.der,
        securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy[endpoint.securityPolicy],
        requestedSessionTimeout: 30_000, keepSessionAlive: false,
      });
      try {
        await client.connect(endpoint.url);
        client.on("connection_lost", () => end.because("the connection broke"));
        client.on("close", () => end.because("the connection was closed"));
        client.on("abort", () => end.because("the connection was aborted"));
        end.throwIfEnded();
        session = await client.createSession({ type: UserTokenType.UserName, userName: endpoint.userName, password: access.password });
      } catch (error) {
        if (statusIn(error as Error) === "BadTooManySessions") throw new ServerLimit("the server gives no session (BadTooManySessions); end another client's session there, or raise its limit of sessions");
        throw refusalOfOurs(error as Error, endpoint.url, access.pki, client.getCertificate());
      }
      session.on("session_closed", () => end.because("the server closed the session"));
      end.throwIfEnded();
      return new Watching(session as RawSession, items, access.nodes, await readLimits(session), certificate.until, wish, events, end, periods).start();
    };
    const watching = await within(setupMs, setup(), end);
    try {
      return await end.reason;
    } finally {
      watching.stop();
    }
  } finally {
    end.because("closed");
    await close(session, client, manager);
  }
}

export function common(manager: OPCUACertificateManager, pki: Pki): OPCUAClientOptions {
  return {
    applicationName: "DigitalTwin edge gateway", applicationUri: pki.applicationUri, clientName: "edge-gateway",
    clientCertificateManager: manager, certificateFile: pki.certificateFile, privateKeyFile: pki.privateKeyFile,
    endpointMustExist: false, connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 }, transportTimeout: 5000, defaultTransactionTimeout: 10_000,
  };
}

/** What is monitored in one session. */
class Watching {
  readonly #subscriptions: Subscriptions;
  readonly #unreported = new Unreported();
  readonly #nodesPerRead: number;
  #nodes: ReadonlyMap<number, string> = new Map();
  #missing = new Map<number, string>();
  #namespaces: readonly string[] = [];
  #wished = false;
  #adjusting = false;
  #comparedAt = -Infinity;
  /** What the server did not change when it was asked last: name and why. */
  #refused: readonly string[] = [];
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly session: RawSession, private readonly items: readonly Item[], private readonly known: KnownNodes, limits: ServerLimits,
    private readonly certificateUntil: Date, private readonly wish: SamplingWish, private readonly events: ConnectionEvents, private readonly end: Ending, private readonly periods: Periods,
  ) {
    this.#nodesPerRead = Math.min(limits.get("MaxNodesPerRead") ?? nodesPerRead, nodesPerRead);
    this.#subscriptions = new Subscriptions(session, limits, (index) => wish.of(index), (index, values) => this.#deliver(index, values), end);
  }

  async start(): Promise<this> {
    this.#namespaces = await this.session.readNamespaceArray();
    await this.#monitor(this.items.map((_, index) => index));
    this.end.throwIfEnded();
    if (this.#subscriptions.items === 0) throw new Error(`none of ${this.items.length} nodes can be monitored: ${this.#failed().slice(0, 3).join(", ")}`);
    // Only now are notifications asked for: whoever hears of values has heard before that there is a connection.
    this.#report();
    this.#tellSampling();
    this.#subscriptions.start();
    this.#every(this.periods.askAgainMs, () => this.#askAgain());
    this.#every(this.periods.compareMs, () => this.#compare());
    this.wish.onChange(() => { this.#adjust().catch((error: Error) => this.end.because(error.message)); });
    await this.#adjust();   // what was wished for while it connected
    return this;
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#subscriptions.stop();
  }

  /** A failure of the periodic work is a sign of loss as any other. */
  #every(milliseconds: number, work: () => Promise<void>): void {
    let busy = false;
    this.#timers.push(setInterval(() => {
      if (busy || this.end.ended) return;
      busy = true;
      work().catch((error: Error) => this.end.because(error.message)).finally(() => { busy = false; });
    }, milliseconds));
  }

  async #monitor(indexes: readonly number[]): Promise<void> {
    const missing = new Map<number, string>();
    const resolved: (NodeToMonitor & { node: string })[] = [];
    for (const index of indexes) {
      const { node, element } = this.items[index] as Item;
      const nodeId = resolveNode(node, this.#namespaces);
      if (nodeId === undefined) missing.set(index, `the server has no namespace for ${node}`);
      else resolved.push({ index, nodeId, node, ...(element === undefined ? {} : { element }) });
    }
    this.#nodes = new Map([...this.#nodes, ...resolved.map(({ index, nodeId }) => [index, nodeId] as const)]);
    const changed = await this.known.compare(await identitiesOf(this.session, resolved, this.#namespaces, this.#nodesPerRead));
    const wanted: NodeToMonitor[] = [];
    for (const node of resolved) {
      const change = changed.get(node.node);
      if (change === undefined) wanted.push(node);
      else missing.set(node.index, `${node.nodeId}: ${change}`);
    }
    for (const { index, why } of await this.#subscriptions.monitor(wanted)) missing.set(index, `${this.#nodes.get(index)}: ${why}`);
    for (const index of indexes) if (!missing.has(index)) this.#unreported.monitored(index);
    this.#missing = missing;
  }

  /** One change at a time; a wish that comes meanwhile is seen to after it. Runs when something is wished for, and with each asking again. */
  async #adjust(): Promise<void> {
    this.#wished = true;
    if (this.#adjusting) return;
    this.#adjusting = true;
    try {
      while (this.#wished && !this.end.ended) {
        this.#wished = false;
        if (!this.#subscriptions.isDue) continue;
        const refused = await this.#subscriptions.adjust();
        if (this.end.ended) return;
        this.#unreported.forgetSuspects();   // they were under suspicion for another interval
        this.#comparedAt = performance.now();
        this.#refused = refused.map(({ index, why }) => `${(this.items[index] as Item).name} (${why})`);
        this.#tellSampling();
      }
    } finally {
      this.#adjusting = false;
    }
  }

  async #askAgain(): Promise<void> {
    await this.#adjust();
    if (this.#missing.size === 0) return;
    const before = this.#failed().join();
    const monitored = this.#subscriptions.items;
    await this.#monitor([...this.#missing.keys()]);
    if (this.end.ended) return;
    if (this.#failed().join() !== before) this.#report();
    if (this.#subscriptions.items === monitored) return;
    this.#tellSampling();    // what is new may be eased from its beginning
    await this.#adjust();    // what was wished for while it was made
  }

  async #compare(): Promise<void> {
    // Whatever is due has come within two samplings.
    if (performance.now() - this.#comparedAt < 2 * this.#subscriptions.slowestSamplingMs) return;
    this.#comparedAt = performance.now();
    const indexes = this.#unreported.toRead(this.#nodesPerRead);
    const values = await this.session.read(indexes.map((index) => ({ nodeId: this.#nodes.get(index) as string, attributeId: AttributeIds.Value, indexRange: rangeOf(this.items[index]?.element) })));
    const [overdue] = this.#unreported.look(indexes.map((index, at) => [index, values[at] as DataValue] as const));
    if (overdue !== undefined) this.end.because(`the server holds another value of ${(this.items[overdue] as Item).name} than it has delivered, and goes on to deliver nothing: its subscription is dead`);
  }

  #deliver(index: readonly number[], values: readonly DataValue[]): void {
    for (let at = 0; at < index.length; at++) this.#unreported.delivered(index[at] as number, values[at] as DataValue);
    this.events.values(index, values);
  }

  #failed(): string[] {
    return [...this.#missing].sort(([one], [other]) => one - other).map(([index, why]) => `${(this.items[index] as Item).name} (${why})`);
  }

  #tellSampling(): void {
    this.events.sampling(this.#subscriptions.eased, this.#refused);
  }

  #report(): void {
    this.events.monitoring({ failed: this.#failed(), subscriptions: this.#subscriptions.count, certificateUntil: this.certificateUntil });
  }
}

async function within<T>(milliseconds: number, work: Promise<T>, end: Ending): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not connected within ${milliseconds / 1000} s`)), milliseconds);
    void end.reason.then((reason) => reject(new Error(reason)));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

/** A server that does not answer any more must not hold us up. */
export async function close(session: ClientSession | undefined, client: OPCUAClient | undefined, manager: OPCUACertificateManager): Promise<void> {
  const orderly = async () => {
    await session?.close(true).catch(() => undefined);
    await client?.disconnect().catch(() => undefined);
  };
  await Promise.race([orderly(), new Promise((resolve) => setTimeout(resolve, 500))]);
  await manager.dispose();
}
