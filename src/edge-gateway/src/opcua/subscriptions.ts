/**
 * All subscriptions of one session. Publish requests are sent by this file, not by the library's subscription, so that silence, a missing
 * notification and a closed subscription are seen at once. A server that takes no more items in one subscription gets another one; what it
 * does not take at all is asked for again after a while, and the others go on.
 */
import {
  AttributeIds, DataChangeFilter, DataChangeNotification, DataChangeTrigger, DeadbandType, MonitoringMode, NumericRange, PublishRequest, StatusChangeNotification, StatusCode, TimestampsToReturn,
  type ClientSession, type ClientSessionPublishService, type ClientSessionRawSubscriptionService, type DataValue, type MonitoredItemCreateResult, type MonitoredItemModifyResult, type PublishResponse,
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

/** An item as the server has it. */
interface Monitored {
  readonly subscription: Subscription;
  readonly node: NodeToMonitor;
  readonly id: number;
  /** What it was asked for last and agreed to, 0 for as fast as it can; and what it made of that. Milliseconds. */
  readonly askedMs: number;
  readonly samplingMs: number;
  /** What it made of 0. */
  readonly fastestMs: number;
  /** Length of its queue. */
  readonly queue: number;
}

/** Asked for as fast as it can, and yet slower than it was. */
const isSlowed = ({ askedMs, samplingMs, fastestMs }: Monitored): boolean => askedMs === 0 && samplingMs > fastestMs;

const publishingIntervalMs = 100;
const keepAliveCount = 5;
const queueSize = 100;
/** What is sampled more slowly needs a shorter queue for the same time. Never one: a server does not say that a queue of one has overflowed (OPC UA Part 4, 5.12.1.5). */
const easedQueueMs = 60_000;
const leastQueue = 4;
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
  /** Items that others have taken the place of and that the server still has, by its id. */
  readonly replaced: Map<number, Monitored>;
  /** Called once, with the next response after which nothing is queued that was queued before. */
  readonly whenPublished: (() => void)[];
}

export class Subscriptions {
  readonly #each = new Map<number, Subscription>();
  #acknowledge: { subscriptionId: number; sequenceNumber: number }[] = [];
  #inFlight = 0;
  #mostInFlight = Infinity;
  #itemsPerCall: number;
  #looks: NodeJS.Timeout | undefined;
  readonly #monitored = new Map<number, Monitored>();
  /** Of these the next value is the first of a new item, made after the old one went: what lay between was not seen. */
  readonly #interrupted = new Set<number>();

  /** @param samplingOf what each item is to be asked for. */
  constructor(
    private readonly session: RawSession, private readonly limits: ServerLimits, private readonly samplingOf: (index: number) => number,
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

  /** Longest sampling interval that the server gave to an item. */
  get slowestSamplingMs(): number {
    let slowest = 0;
    for (const { samplingMs } of this.#monitored.values()) slowest = Math.max(slowest, samplingMs);
    return slowest;
  }

  /** Whether an item is to be sampled otherwise than the server was asked to, or one is still to go. */
  get isDue(): boolean {
    for (const { replaced } of this.#each.values()) if (replaced.size > 0) return true;
    for (const item of this.#monitored.values()) if (this.#isOtherwise(item)) return true;
    return false;
  }

  /** Sampling of the items that the server samples more slowly than it could, milliseconds. */
  get eased(): ReadonlyMap<number, number> {
    const eased = new Map<number, number>();
    for (const [index, { samplingMs, fastestMs }] of this.#monitored) if (samplingMs > fastestMs) eased.set(index, samplingMs);
    return eased;
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

  /**
   * Asks the server to sample each item as it is wanted now. What it refuses stays as it is.
   * @returns what was refused, and why.
   */
  async adjust(): Promise<NotMonitored[]> {
    const not: NotMonitored[] = [];
    for (const subscription of this.#each.values()) {
      const due = [...this.#monitored.values()].filter((item) => item.subscription === subscription && this.#isOtherwise(item));
      await this.#inCalls(due, async (part) => {
        const asked = part.map(({ node }) => this.samplingOf(node.index));
        const results = await this.#modifyItems(subscription, part, asked);
        part.forEach((item, at) => {
          const result = results[at];
          if (result?.statusCode.isGood() === true) this.#monitored.set(item.node.index, { ...item, askedMs: asked[at] as number, samplingMs: result.revisedSamplingInterval, queue: result.revisedQueueSize });
          else not.push({ index: item.node.index, why: result?.statusCode.name ?? "no answer" });
        });
      }, not);
      const noRoom = await this.#replaceSlowed(subscription, due, not);
      await this.#deleteReplaced(subscription, not);
      await this.#makeAnew(subscription, noRoom, not);
    }
    return not;
  }

  /** Asked for as fast as it can, yet slower than it was, and nothing else is wanted by now. */
  #isToReplace(item: Monitored): boolean {
    return isSlowed(item) && this.samplingOf(item.node.index) === 0;
  }

  /**
   * Some servers that have once sampled by a timer go on with that when they are asked for all changes again; a new item gets them. The new
   * one is made before the old one goes: what both deliver is sent once.
   * @returns the items beside which the server has no room for another.
   */
  async #replaceSlowed(subscription: Subscription, changed: readonly Monitored[], not: NotMonitored[]): Promise<Monitored[]> {
    const slowed = changed.flatMap(({ node }) => this.#monitored.get(node.index) ?? []);
    const noRoom: Monitored[] = [];
    await this.#inCalls(slowed.filter((item) => this.#isToReplace(item)), async (all) => {
      const part = all.filter((item) => this.#isToReplace(item));
      if (part.length === 0) return;
      const results = await this.#createItems(subscription, part.map(({ node }) => node), part.map(() => 0));
      part.forEach((item, at) => {
        const result = results[at];
        if (result?.statusCode.isGood() === true) {
          subscription.replaced.set(item.id, item);
          this.#setNew(item, result);
        } else if (result?.statusCode.name === "BadTooManyMonitoredItems") noRoom.push(item);
        else not.push({ index: item.node.index, why: result?.statusCode.name ?? "no answer" });
      });
    }, not);
    return noRoom;
  }

  /**
   * A server throws away what an item has queued when the item is deleted. What the old one had before the new one was made is in the next
   * response; what it got since, the new one has too. What cannot be deleted is tried again with the next adjusting.
   */
  async #deleteReplaced(subscription: Subscription, not: NotMonitored[]): Promise<void> {
    if (subscription.replaced.size === 0) return;
    await Promise.race([new Promise<void>((resolve) => subscription.whenPublished.push(resolve)), this.end.reason]);
    await this.#inCalls([...subscription.replaced.values()], async (part) => {
      const results = await this.#deleteItems(subscription, part);
      part.forEach(({ id, node: { index } }, at) => {
        const status = results[at];
        if (status?.isGood() === true || status?.name === "BadMonitoredItemIdInvalid") subscription.replaced.delete(id);
        else not.push({ index, why: `its old item stays: ${status?.name ?? "no answer"}` });
      });
    }, not);
  }

  /** Where the server has no room for two items of a node the old one goes first. What is not seen between them is told as what a queue has lost. */
  async #makeAnew(subscription: Subscription, items: readonly Monitored[], not: NotMonitored[]): Promise<void> {
    await this.#inCalls(items, async (all) => {
      const part = all.filter((item) => this.#isToReplace(item));
      if (part.length === 0) return;
      const deleted = await this.#deleteItems(subscription, part);
      const free = part.filter(({ node: { index } }, at) => {
        const status = deleted[at];
        if (status?.isGood() === true) return true;
        not.push({ index, why: status?.name ?? "no answer" });
        return false;
      });
      if (free.length === 0) return;
      for (const { node } of free) this.#interrupted.add(node.index);
      try {
        const results = await this.#createItems(subscription, free.map(({ node }) => node), free.map(() => 0));
        free.forEach((item, at) => {
          const result = results[at];
          if (result?.statusCode.isGood() !== true) throw new Error(result?.statusCode.name ?? "no answer");
          this.#setNew(item, result);
        });
      } catch (error) {
        // They are not monitored any more. A new connection is, with a gap that says so.
        this.end.because(`the server did not give back the room of an item that it had deleted (${statusIn(error as Error) ?? (error as Error).message})`);
      }
    }, not);
  }

  /** @param created in the place of this item, and asked for as fast as it can. */
  #setNew(item: Monitored, { monitoredItemId, revisedSamplingInterval, revisedQueueSize }: MonitoredItemCreateResult): void {
    this.#monitored.set(item.node.index, { ...item, id: monitoredItemId, samplingMs: revisedSamplingInterval, fastestMs: revisedSamplingInterval, queue: revisedQueueSize });
  }

  /** In calls that the server takes; one that fails as a whole concerns the items of that call alone. */
  async #inCalls(items: readonly Monitored[], call: (part: readonly Monitored[]) => Promise<void>, not: NotMonitored[]): Promise<void> {
    for (let from = 0; from < items.length && !this.end.ended;) {
      const part = items.slice(from, from + this.#itemsPerCall);
      try {
        await call(part);
        from += part.length;
      } catch (error) {
        if (this.#halved(error as Error, part.length)) continue;
        not.push(...part.map(({ node }) => ({ index: node.index, why: statusIn(error as Error) ?? (error as Error).message })));
        from += part.length;
      }
    }
  }

  #isOtherwise(item: Monitored): boolean {
    return item.askedMs !== this.samplingOf(item.node.index) || isSlowed(item);
  }

  /** @param queue at least: a server that shortens a queue throws away what is in it, and some do not say so. */
  #parameters(index: number, samplingInterval: number, queue: number) {
    const wanted = samplingInterval === 0 ? queueSize : Math.max(leastQueue, Math.ceil(easedQueueMs / samplingInterval));
    return {
      clientHandle: index, samplingInterval, queueSize: Math.max(queue, wanted), discardOldest: true,
      filter: new DataChangeFilter({ trigger: DataChangeTrigger.StatusValueTimestamp, deadbandType: DeadbandType.None }),
    };
  }

  /** @returns what the server says where it gives no more. */
  async #create(): Promise<Subscription | string> {
    try {
      const { subscriptionId, revisedPublishingInterval, revisedMaxKeepAliveCount } = await this.session.createSubscription({
        requestedPublishingInterval: publishingIntervalMs, requestedLifetimeCount: 100, requestedMaxKeepAliveCount: keepAliveCount,
        maxNotificationsPerPublish: 0, publishingEnabled: true, priority: 10,
      });
      const limitMs = Math.max(silenceMs, 2.5 * revisedPublishingInterval * revisedMaxKeepAliveCount);
      const created = { id: subscriptionId, silenceMs: limitMs, watch: new SilenceWatch(limitMs, lookMs, performance.now()), expected: 1, items: 0, replaced: new Map(), whenPublished: [] };
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
      const asked = part.map(({ index }) => this.samplingOf(index));
      const results = await this.#createItems(subscription, part, asked).catch((error: Error) => {
        // A server that does not tell how many it takes in one call: half as many.
        if (!this.#halved(error, part.length)) throw error;
        return undefined;
      });
      if (results === undefined) continue;
      const refused: NodeToMonitor[] = [];
      part.forEach((node, at) => {
        const result = results[at];
        if (result?.statusCode.isGood() === true) {
          subscription.items++;
          // Of an item that was eased from its beginning it is not known how fast it could be.
          this.#monitored.set(node.index, { subscription, node, id: result.monitoredItemId, askedMs: asked[at] as number, samplingMs: result.revisedSamplingInterval, fastestMs: asked[at] === 0 ? result.revisedSamplingInterval : 0, queue: result.revisedQueueSize });
        } else if (result?.statusCode.name === "BadTooManyMonitoredItems") refused.push(node);
        else not.push({ index: node.index, why: result?.statusCode.name ?? "no answer" });
      });
      from += part.length;
      if (refused.length > 0) return [...refused, ...nodes.slice(from)];
    }
    return [];
  }

  async #createItems(subscription: Subscription, part: readonly NodeToMonitor[], asked: readonly number[]) {
    const { results } = await this.session.createMonitoredItems({
      subscriptionId: subscription.id, timestampsToReturn: TimestampsToReturn.Both,
      itemsToCreate: part.map(({ index, nodeId, element }, at) => ({
        itemToMonitor: { nodeId, attributeId: AttributeIds.Value, indexRange: rangeOf(element) }, monitoringMode: MonitoringMode.Reporting, requestedParameters: this.#parameters(index, asked[at] as number, 0),
      })),
    });
    return results ?? [];
  }

  #modifyItems(subscription: Subscription, part: readonly Monitored[], asked: readonly number[]): Promise<readonly MonitoredItemModifyResult[]> {
    return new Promise((resolve, reject) => {
      this.session.modifyMonitoredItems({
        subscriptionId: subscription.id, timestampsToReturn: TimestampsToReturn.Both,
        itemsToModify: part.map(({ id, node, queue }, at) => ({ monitoredItemId: id, requestedParameters: this.#parameters(node.index, asked[at] as number, queue) })),
      }, (error, response) => (error === null ? resolve(response?.results ?? []) : reject(error)));
    });
  }

  #deleteItems(subscription: Subscription, part: readonly Monitored[]): Promise<readonly StatusCode[]> {
    return new Promise((resolve, reject) => {
      this.session.deleteMonitoredItems({ subscriptionId: subscription.id, monitoredItemIds: part.map(({ id }) => id) }, (error, response) => (error === null ? resolve(response?.results ?? []) : reject(error)));
    });
  }

  /** @returns whether fewer items a call can be tried. */
  #halved(error: Error, length: number): boolean {
    if (statusIn(error) !== "BadTooManyOperations" || this.#itemsPerCall === 1) return false;
    this.#itemsPerCall = Math.max(1, Math.floor(Math.min(this.#itemsPerCall, length) / 2));
    return true;
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

  #receive({ subscriptionId, notificationMessage, moreNotifications }: PublishResponse): void {
    const subscription = this.#each.get(subscriptionId);
    if (subscription === undefined) return; // removed a moment ago
    subscription.watch.heard();
    const { sequenceNumber, notificationData } = notificationMessage;
    if (sequenceNumber !== subscription.expected) {
      // A keep-alive carries the number that the next notification will have (OPC UA Part 4, 5.14.1.1): both show a hole.
      this.end.because(`notification ${subscription.expected} of the subscription is missing (got ${sequenceNumber})`);
      return;
    }
    if (notificationData !== null && notificationData.length > 0) {
      subscription.expected = sequenceNumber === 0xffffffff ? 1 : sequenceNumber + 1;
      this.#acknowledge.push({ subscriptionId, sequenceNumber });
    }
    for (const data of notificationData ?? []) {
      if (data instanceof DataChangeNotification) {
        const changes = data.monitoredItems ?? [];
        for (const { clientHandle, value } of changes) if (this.#interrupted.delete(clientHandle)) value.statusCode = StatusCode.makeStatusCode(value.statusCode, "Overflow | InfoTypeDataValue");
        this.deliver(changes.map((change) => change.clientHandle), changes.map((change) => change.value));
      } else if (data instanceof StatusChangeNotification) {
        this.end.because(`the server closed the subscription (${data.status.name})`);
      }
    }
    if (!moreNotifications) for (const published of subscription.whenPublished.splice(0)) published();
  }

  #look(): void {
    for (const subscription of this.#each.values()) {
      if (!subscription.watch.isLost(performance.now())) continue;
      const which = this.#each.size === 1 ? "" : ` for one of ${this.#each.size} subscriptions`;
      this.end.because(`no publish response for ${subscription.silenceMs / 1000} s${which}`);
    }
  }
}
