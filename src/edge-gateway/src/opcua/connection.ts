/**
 * One connection to one OPC UA server, from dialling to the first sign of loss. Nothing of it is kept afterwards: the library
 * would repair connection, session and subscription by itself, but with the namespace indexes of the server before its restart,
 * and values would reach the wrong signal. So there is no retry in here, and the next connection starts from nothing.
 * Publish requests are sent by this file, not by the library's subscription, so that silence, a missing notification and a
 * closed subscription are seen at once. It reads and subscribes; it has no write.
 */
import {
  AttributeIds, DataChangeFilter, DataChangeTrigger, DeadbandType, DataChangeNotification, MessageSecurityMode, MonitoringMode,
  OPCUAClient, PublishRequest, SecurityPolicy, StatusChangeNotification, TimestampsToReturn, UserTokenType,
  type ClientSession, type ClientSessionPublishService, type ClientSessionRawSubscriptionService, type DataValue, type EndpointDescription, type OPCUACertificateManager, type OPCUAClientOptions, type PublishResponse,
} from "node-opcua";
import { X509Certificate } from "node:crypto";
import type { EndpointDefinition } from "../plant/definition.js";
import { openCertificateManager } from "./certificate-manager.js";
import { resolveNode } from "./nodes.js";
import { SilenceWatch } from "./silence-watch.js";
import { keepRejected, subjectOf, thumbprintOf, type Pki } from "./trust-list.js";

export interface Item {
  /** What a person calls it: signal id, or what the clock node is. */
  readonly name: string;
  /** ExpandedNodeId with namespace URI. */
  readonly node: string;
}

export interface ConnectionEvents {
  /** @param failed items that the server does not deliver: name and why. */
  connected(failed: readonly string[]): void;
  /** One notification; `values[i]` belongs to `items[index[i]]`. In the server's order. */
  values(index: readonly number[], values: readonly DataValue[]): void;
}

/** The server's certificate is not trusted, or cannot be. */
export class UntrustedServer extends Error {}

const publishingIntervalMs = 100;
const keepAliveCount = 5;
const queueSize = 100;
const publishRequests = 10;
const itemsPerRequest = 500;
const setupMs = 15_000;
const silenceMs = 2000;
const lookMs = 250;

/** Runs one connection to its end. @returns why it ended; throws where it never came to be connected. */
export async function runConnection(
  endpoint: EndpointDefinition, items: readonly Item[], pki: Pki, password: string, events: ConnectionEvents, stop: AbortSignal, trustCommand: (thumbprint: string) => string,
): Promise<string> {
  const manager = await openCertificateManager(pki);
  let client: OPCUAClient | undefined;
  let session: ClientSession | undefined;
  const end = new Ending(stop);
  try {
    const setup = async () => {
      const certificate = await trustedCertificate(endpoint, manager, pki, trustCommand, end);
      client = OPCUAClient.create({
        ...common(manager, pki), serverCertificate: certificate,
        securityMode: MessageSecurityMode.SignAndEncrypt, securityPolicy: SecurityPolicy[endpoint.securityPolicy],
        requestedSessionTimeout: 30_000, keepSessionAlive: false,
      });
      await client.connect(endpoint.url);
      client.on("connection_lost", () => end.because("the connection broke"));
      client.on("close", () => end.because("the connection was closed"));
      client.on("abort", () => end.because("the connection was aborted"));
      end.throwIfEnded();
      session = await client.createSession({ type: UserTokenType.UserName, userName: endpoint.userName, password });
      session.on("session_closed", () => end.because("the server closed the session"));
      end.throwIfEnded();
      return new Subscription(session as RawSession, items, events, end).start();
    };
    const subscription = await within(setupMs, setup(), end);
    try {
      return await end.reason;
    } finally {
      subscription.stop();
    }
  } finally {
    end.because("closed");
    await close(session, client, manager);
  }
}

/** The first reason why a connection has to end. */
class Ending {
  readonly reason: Promise<string>;
  #ended: string | undefined;
  #resolve!: (reason: string) => void;
  readonly #stopped = () => this.because("the gateway ends");

  constructor(private readonly stop: AbortSignal) {
    this.reason = new Promise((resolve) => { this.#resolve = resolve; });
    stop.addEventListener("abort", this.#stopped);
    if (stop.aborted) this.#stopped();
  }

  because(reason: string): void {
    this.stop.removeEventListener("abort", this.#stopped);
    this.#ended ??= reason;
    this.#resolve(this.#ended);
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  throwIfEnded(): void {
    if (this.#ended !== undefined) throw new Error(this.#ended);
  }
}

function common(manager: OPCUACertificateManager, pki: Pki): OPCUAClientOptions {
  return {
    applicationName: "DigitalTwin edge gateway", applicationUri: pki.applicationUri, clientName: "edge-gateway",
    clientCertificateManager: manager, certificateFile: pki.certificateFile, privateKeyFile: pki.privateKeyFile,
    endpointMustExist: false, connectionStrategy: { maxRetry: 0, initialDelay: 100, maxDelay: 200 }, transportTimeout: 5000, defaultTransactionTimeout: 10_000,
  };
}

/** Asks the server for the endpoint with the policy of the plant definition, and checks its certificate against the trust list. */
async function trustedCertificate(
  endpoint: EndpointDefinition, manager: OPCUACertificateManager, pki: Pki, trustCommand: (thumbprint: string) => string, end: Ending,
): Promise<Buffer> {
  const discovery = OPCUAClient.create({ ...common(manager, pki), securityMode: MessageSecurityMode.None, securityPolicy: SecurityPolicy.None });
  let offered: EndpointDescription[];
  try {
    await discovery.connect(endpoint.url);
    offered = await discovery.getEndpoints();
  } finally {
    await discovery.disconnect();
  }
  end.throwIfEnded();
  const secure = offered.find((candidate) =>
    candidate.securityMode === MessageSecurityMode.SignAndEncrypt && candidate.securityPolicyUri === SecurityPolicy[endpoint.securityPolicy]);
  if (secure === undefined) {
    const policies = [...new Set(offered.map((candidate) => `${MessageSecurityMode[candidate.securityMode]} ${candidate.securityPolicyUri?.split("#")[1] ?? "?"}`))];
    throw new Error(`the server offers no SignAndEncrypt with ${endpoint.securityPolicy}, only ${policies.join(", ")}`);
  }
  const certificate = secure.serverCertificate;
  const status = await manager.checkCertificate(certificate);
  if (status.isGood()) return certificate;
  const shown = new X509Certificate(certificate);
  const thumbprint = thumbprintOf(certificate);
  await keepRejected(pki, certificate);
  const about = `server certificate ${subjectOf(shown)}, SHA-1 thumbprint ${thumbprint}, valid ${shown.validFrom} to ${shown.validTo}`;
  throw new UntrustedServer(status.name.includes("Untrusted")
    ? `${about}, is not trusted; compare the thumbprint at the server, then run: ${trustCommand(thumbprint)}`
    : `${about}, is refused: ${status.name}; the server needs another certificate`);
}

/** The services below the library's own subscription object; each session has them. */
type RawSession = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;

class Subscription {
  #id = 0;
  #expected = 1;
  #acknowledge: { subscriptionId: number; sequenceNumber: number }[] = [];
  #looks: NodeJS.Timeout | undefined;
  #watch = new SilenceWatch(setupMs, lookMs, performance.now());

  constructor(private readonly session: RawSession, private readonly items: readonly Item[], private readonly events: ConnectionEvents, private readonly end: Ending) {}

  async start(): Promise<this> {
    const namespaces = await this.session.readNamespaceArray();
    const created = await this.session.createSubscription({
      requestedPublishingInterval: publishingIntervalMs, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: keepAliveCount,
      maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 10,
    });
    this.#id = created.subscriptionId;
    const failed: string[] = [];
    const resolved = this.items.flatMap(({ name, node }, index) => {
      const nodeId = resolveNode(node, namespaces);
      if (nodeId === undefined) failed.push(`${name} (the server has no namespace for ${node})`);
      return nodeId === undefined ? [] : [{ index, nodeId }];
    });
    const monitored = await this.#monitor(resolved, failed);
    this.end.throwIfEnded();
    if (monitored === 0) throw new Error(`none of ${this.items.length} nodes can be monitored: ${failed.slice(0, 3).join(", ")}`);
    // Only now, with the answers read, are notifications asked for: none arrives before its item is known.
    this.events.connected(failed);
    const keepAliveMs = created.revisedPublishingInterval * created.revisedMaxKeepAliveCount;
    this.#watch = new SilenceWatch(Math.max(silenceMs, 2.5 * keepAliveMs), lookMs, performance.now());
    this.#looks = setInterval(() => {
      if (this.#watch.isLost(performance.now())) this.end.because(`no publish response for ${Math.max(silenceMs, 2.5 * keepAliveMs) / 1000} s`);
    }, lookMs);
    for (let count = 0; count < publishRequests; count++) this.#publish();
    return this;
  }

  stop(): void {
    clearInterval(this.#looks);
  }

  async #monitor(resolved: readonly { index: number; nodeId: string }[], failed: string[]): Promise<number> {
    let monitored = 0;
    for (let from = 0; from < resolved.length; from += itemsPerRequest) {
      const part = resolved.slice(from, from + itemsPerRequest);
      const { results } = await this.session.createMonitoredItems({
        subscriptionId: this.#id, timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: part.map(({ index, nodeId }) => ({
          itemToMonitor: { nodeId, attributeId: AttributeIds.Value }, monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle: index, samplingInterval: 0, queueSize, discardOldest: true,
            filter: new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None }),
          },
        })),
      });
      part.forEach(({ index, nodeId }, at) => {
        const status = results?.[at]?.statusCode;
        if (status?.isGood() === true) monitored++;
        else failed.push(`${this.items[index]?.name} (${nodeId}: ${status?.name ?? "no answer"})`);
      });
    }
    return monitored;
  }

  #publish(): void {
    if (this.end.ended) return;
    const subscriptionAcknowledgements = this.#acknowledge;
    this.#acknowledge = [];
    const request = new PublishRequest({ requestHeader: { timeoutHint: 60_000 }, subscriptionAcknowledgements });
    this.session.publish(request, (error, response) => {
      if (this.end.ended) return;
      if (error !== null || response === undefined) {
        this.end.because(`publishing failed (${error?.message ?? "no response"})`);
        return;
      }
      this.#watch.heard();
      this.#receive(response);
      this.#publish();
    });
  }

  #receive(response: PublishResponse): void {
    const { sequenceNumber, notificationData } = response.notificationMessage;
    if (sequenceNumber !== this.#expected) {
      // A keep-alive carries the number that the next notification will have (OPC UA Part 4, 5.14.1.1): both show a hole.
      this.end.because(`notification ${this.#expected} of the subscription is missing (got ${sequenceNumber})`);
      return;
    }
    if (notificationData === null || notificationData.length === 0) return;
    this.#expected = sequenceNumber === 0xffffffff ? 1 : sequenceNumber + 1;
    this.#acknowledge.push({ subscriptionId: this.#id, sequenceNumber });
    for (const data of notificationData) {
      if (data instanceof DataChangeNotification) {
        const changes = data.monitoredItems ?? [];
        this.events.values(changes.map((change) => change.clientHandle), changes.map((change) => change.value));
      } else if (data instanceof StatusChangeNotification) {
        this.end.because(`the server closed the subscription (${data.status.name})`);
      }
    }
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
async function close(session: ClientSession | undefined, client: OPCUAClient | undefined, manager: OPCUACertificateManager): Promise<void> {
  const orderly = async () => {
    await session?.close(true).catch(() => undefined);
    await client?.disconnect().catch(() => undefined);
  };
  await Promise.race([orderly(), new Promise((resolve) => setTimeout(resolve, 500))]);
  await manager.dispose();
}
