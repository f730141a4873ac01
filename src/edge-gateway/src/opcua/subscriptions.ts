/**
 * All subscriptions of one session. Publish requests are sent by this file, not by the library's subscription, so that silence, a missing
 * notification and a closed subscription are seen at once. A server that takes no more items in one subscription gets another one; what it
 * does not take at all is asked for again after a while, and the others go on.
 */
import {
  AttributeIds, DataChangeFilter, DataChangeNotification, DataChangeTrigger, DeadbandType, MonitoringMode, NumericRange, PublishRequest, StatusChangeNotification, TimestampsToReturn,
  type ClientSession, type ClientSessionPublishService, type ClientSessionRawSubscriptionService, type DataValue, type PublishResponse,
} from "node-opcua";
import type { Ending } from "./ending.js";
import { limitText, ServerLimit, statusIn, type ServerLimits } from "./server-limits.js";
import { SilenceWatch } from "./silence-watch.js";

/** The services below the library's own subscription object; each session has them. */
export type RawSession = ClientSession & ClientSessionRawSubscriptionService & ClientSessionPublishService;

export interface NodeToMonitor {
  /** Names the item in notifications. */
  readonly index: number;
  readonly nodeId: string;
  /** The one element of an array that is wanted. */
  readonly element?: string;
}

export function rangeOf(element: string | undefined): NumericRange {
  return new NumericRange(element ?? null);
}

export interface NotMonitored {
  readonly index: number;
  readonly why: string;
}

const publishingIntervalMs = 100;
const keepAliveCount = 5;
const queueSize = 100;
const publishRequests = 10;
const publishRequestsEach = 2;
const itemsPerCall = 500;
const silenceMs = 2000;
const lookMs = 250;

interface Subscription {
  readonly id: number;
  readonly silenceMs: number;
  readonly watch: SilenceWatch;
  /** Sequence number of the next notification. */
  expected: number;
  items: number;
}

export class Subscriptions {
  readonly #each = new Map<number, Subscription>();
  #acknowledge: { subscriptionId: number; sequenceNumber: number }[] = [];
  #inFlight = 0;
  #mostInFlight = Infinity;
  #itemsPerCall: number;
  #looks: NodeJS.Timeout | undefined;
  /** Longest sampling interval that the server gave to an item. */
  slowestSamplingMs = 0;

  constructor(
    private readonly session: RawSession, private readonly limits: ServerLimits,
    private readonly deliver: (index: readonly number[], values: readonly DataValue[]) => void, private readonly end: Ending,
  ) {
    this.#itemsPerCall = Math.min(limits.get("MaxMonitoredItemsPerCall") ?? itemsPerCall, itemsPerCall);
  }

  get count(): number {
    return this.#each.size;
  }

  get items(): number {
    return [...this.#each.values()].reduce((sum, each) => sum + each.items, 0);
  }

  /** Notifications are asked for from now on. */
  start(): void {
    this.#looks = setInterval(() => this.#look(), lookMs);
    this.#fillUp();
  }

  stop(): void {
    clearInterval(this.#looks);
  }

  /**
   * Takes nodes into the subscriptions there are, and into new ones where those are full.
   * @returns those that are not monitored; throws where the server gives no subscription at all.
   */
  async monitor(nodes: readonly NodeToMonitor[]): Promise<NotMonitored[]> {
    const not: NotMonitored[] = [];
    let rest = nodes;
    const most = this.limits.get("MaxMonitoredItemsPerSubscription") ?? Infinity;
    const open = [...this.#each.values()].filter((each) => each.items < most);
    while (rest.length > 0) {
      const known = open.shift();
      const subscription = known ?? (await this.#create());
      if (typeof subscription === "string") return [...not, ...rest.map(({ index }) => ({ index, why: subscription }))];
      const part = rest.slice(0, most - subscription.items);
      const refused = await this.#fill(subscription, part, not);
      rest = [...refused, ...rest.slice(part.length)];
      if (known === undefined && subscription.items === 0 && refused.length > 0) {
        // An empty subscription that takes nothing: it is not the subscription that is full.
        await this.#remove(subscription);
        const why = limitText("BadTooManyMonitoredItems", this.limits, ["MaxMonitoredItems", "MaxMonitoredItemsPerSubscription"]);
        return [...not, ...rest.map(({ index }) => ({ index, why }))];
      }
    }
    return not;
  }

  /** @returns what the server says where it gives no more. */
  async #create(): Promise<Subscription | string> {
    try {
      const { subscriptionId, revisedPublishingInterval, revisedMaxKeepAliveCount } = await this.session.createSubscription({
        requestedPublishingInterval: publishingIntervalMs, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: keepAliveCount,
        maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 10,
      });
      const limitMs = Math.max(silenceMs, 2.5 * revisedPublishingInterval * revisedMaxKeepAliveCount);
      const created = { id: subscriptionId, silenceMs: limitMs, watch: new SilenceWatch(limitMs, lookMs, performance.now()), expected: 1, items: 0 };
      this.#each.set(created.id, created);
      this.#fillUp();
      return created;
    } catch (error) {
      if (statusIn(error as Error) !== "BadTooManySubscriptions") throw error;
      const why = limitText("BadTooManySubscriptions", this.limits, ["MaxSubscriptionsPerSession", "MaxSubscriptions"]);
      if (this.#each.size === 0) throw new ServerLimit(`the server gives no subscription (${why}); end another client's subscriptions there, or raise that limit`);
      return why;
    }
  }

  async #remove(subscription: Subscription): Promise<void> {
    this.#each.delete(subscription.id);
    await new Promise<void>((resolve, reject) => {
      this.session.deleteSubscriptions({ subscriptionIds: [subscription.id] }, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** @returns the nodes that this subscription has no room for. */
  async #fill(subscription: Subscription, nodes: readonly NodeToMonitor[], not: NotMonitored[]): Promise<readonly NodeToMonitor[]> {
    let from = 0;
    while (from < nodes.length) {
      const part = nodes.slice(from, from + this.#itemsPerCall);
      const results = await this.#createItems(subscription, part);
      if (results === "too many in one call") continue;
      const refused: NodeToMonitor[] = [];
      part.forEach((node, at) => {
        const result = results[at];
        if (result?.statusCode.isGood() === true) {
          subscription.items++;
          this.slowestSamplingMs = Math.max(this.slowestSamplingMs, result.revisedSamplingInterval);
        } else if (result?.statusCode.name === "BadTooManyMonitoredItems") refused.push(node);
        else not.push({ index: node.index, why: result?.statusCode.name ?? "no answer" });
      });
      from += part.length;
      if (refused.length > 0) return [...refused, ...nodes.slice(from)];
    }
    return [];
  }

  async #createItems(subscription: Subscription, part: readonly NodeToMonitor[]) {
    try {
      const { results } = await this.session.createMonitoredItems({
        subscriptionId: subscription.id, timestampsToReturn: TimestampsToReturn.Both,
        itemsToCreate: part.map(({ index, nodeId, element }) => ({
          itemToMonitor: { nodeId, attributeId: AttributeIds.Value, indexRange: rangeOf(element) }, monitoringMode: MonitoringMode.Reporting,
          requestedParameters: {
            clientHandle: index, samplingInterval: 0, queueSize, discardOldest: true,
            filter: new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None }),
          },
        })),
      });
      return results ?? [];
    } catch (error) {
      // A server that does not tell how many it takes in one call: half as many.
      if (statusIn(error as Error) !== "BadTooManyOperations" || this.#itemsPerCall === 1) throw error;
      this.#itemsPerCall = Math.max(1, Math.floor(Math.min(this.#itemsPerCall, part.length) / 2));
      return "too many in one call" as const;
    }
  }

  /** A server needs a request at hand for each subscription that has something to say. */
  #fillUp(): void {
    if (this.#looks === undefined) return;
    const wanted = Math.min(publishRequests + publishRequestsEach * (this.#each.size - 1), this.#mostInFlight);
    while (this.#inFlight < wanted && !this.end.ended) this.#publish();
  }

  #publish(): void {
    const subscriptionAcknowledgements = this.#acknowledge;
    this.#acknowledge = [];
    this.#inFlight++;
    this.session.publish(new PublishRequest({ requestHeader: { timeoutHint: 60_000 }, subscriptionAcknowledgements }), (error, response) => {
      this.#inFlight--;
      if (this.end.ended) return;
      if (error !== null && statusIn(error) === "BadTooManyPublishRequests" && this.#inFlight > 0) {
        this.#mostInFlight = this.#inFlight;
        this.#acknowledge.push(...subscriptionAcknowledgements);
      } else if (error !== null || response === undefined) {
        this.end.because(`publishing failed (${error?.message ?? "no response"})`);
      } else {
        this.#receive(response);
        this.#fillUp();
      }
    });
  }

  #receive({ subscriptionId, notificationMessage }: PublishResponse): void {
    const subscription = this.#each.get(subscriptionId);
    if (subscription === undefined) return; // removed a moment ago
    subscription.watch.heard();
    const { sequenceNumber, notificationData } = notificationMessage;
    if (sequenceNumber !== subscription.expected) {
      // A keep-alive carries the number that the next notification will have (OPC UA Part 4, 5.14.1.1): both show a hole.
      this.end.because(`notification ${subscription.expected} of the subscription is missing (got ${sequenceNumber})`);
      return;
    }
    if (notificationData === null || notificationData.length === 0) return;
    subscription.expected = sequenceNumber === 0xffffffff ? 1 : sequenceNumber + 1;
    this.#acknowledge.push({ subscriptionId, sequenceNumber });
    for (const data of notificationData) {
      if (data instanceof DataChangeNotification) {
        const changes = data.monitoredItems ?? [];
        this.deliver(changes.map((change) => change.clientHandle), changes.map((change) => change.value));
      } else if (data instanceof StatusChangeNotification) {
        this.end.because(`the server closed the subscription (${data.status.name})`);
      }
    }
  }

  #look(): void {
    for (const subscription of this.#each.values()) {
      if (!subscription.watch.isLost(performance.now())) continue;
      const which = this.#each.size === 1 ? "" : ` for one of ${this.#each.size} subscriptions`;
      this.end.because(`no publish response for ${subscription.silenceMs / 1000} s${which}`);
    }
  }
}
