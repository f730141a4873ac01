import { createStore } from "zustand/vanilla";
import type { Freshness, Plant, Quality, Scalar, TagsFrame, Twin } from "../api/types";
import type { Connection, Frame } from "./frames";
import { type LiveClock, StreamModel, type Tail, type Transition, isStanding, plantTimeAt } from "./model";
import { type SignalHealth, freshnessOf, healthByTwin, judge, unknownStates } from "./staleness";

/** The page redraws text this often. More cannot be read, and a thousand cells at 10 Hz cost half a core. */
export const flushMs = 250;

export interface LiveView {
  readonly connection: Connection;
  /** Wall time (epoch ms) at which the connection became what it is. */
  readonly connectionSince: number;
  /** Monotonic time at which the stream was lost: plant time stands still from there. */
  readonly lostAt: number | null;
  readonly generation: number;
  readonly clock: LiveClock | null;
  readonly twins: ReadonlyMap<string, Twin>;
  readonly tails: ReadonlyMap<string, Tail>;
  readonly tailsFrom: number;
  readonly transitions: ReadonlyMap<string, readonly Transition[]>;
  readonly health: ReadonlyMap<string, SignalHealth>;
  readonly freshness: Freshness;
  readonly unknownStates: ReadonlyMap<string, number | null>;
}

export interface ValueView { readonly v: Scalar; readonly t: number | null; readonly q: Quality; readonly unit: string | null; readonly age: number | null }
const noValue: ValueView = { v: null, t: null, q: "stale", unit: null, age: null };

/** The live plant as the page sees it: a model that takes frames as they come, and views of it that change with each flush. */
export class Live {
  private readonly model = new StreamModel();
  private readonly valueListeners = new Map<string, Set<() => void>>();
  private readonly valueViews = new Map<string, ValueView & { readonly look: number }>();
  private readonly tagListeners = new Set<(tags: TagsFrame) => void>();
  private twinsVersion = -1;
  private offset = 0;
  /** Counts looks: a view is made once per look, so that everything drawn together is of one moment. */
  private look = 0;
  readonly view;

  constructor(private readonly now: () => number, private readonly wall: () => number) {
    this.view = createStore<LiveView>()(() => ({
      connection: "connecting", connectionSince: wall(), lostAt: null, generation: 0, clock: null, twins: new Map(), tails: new Map(), tailsFrom: 0,
      transitions: new Map(), health: new Map(), freshness: { signals: 0, fresh: 0, stale: 0, bad: 0 }, unknownStates: new Map(),
    }));
  }

  take(frame: Frame, at: number): void {
    this.model.apply(frame, at);
    if (frame.kind === "tags") for (const listener of this.tagListeners) listener(frame.data);
  }

  /** @param plantAt,twinsAt wall time (epoch ms) at which each was fetched */
  seed(plant: Plant, plantAt: number, twins: readonly Twin[], twinsAt: number): void {
    const fromWall = this.now() - this.wall();
    this.model.seed(plant, plantAt + fromWall, twins, twinsAt + fromWall);
    this.flush();
  }

  /** @param at monotonic time since which it is so */
  setConnection(connection: Connection, at: number): void {
    if (connection === this.view.getState().connection) return;
    this.view.setState({ connection, connectionSince: this.wall() - (this.now() - at), lostAt: connection === "lost" ? at : null });
    this.flush();
  }

  /** Plant time now (epoch ms); it stands still while the stream is lost. Null until the plant has told the time. */
  plantNow(): number | null {
    const { clock, lostAt } = this.view.getState();
    return clock && plantTimeAt(clock, lostAt ?? this.now());
  }

  /** True when the plant's clock does not run, or nobody says that it does. */
  plantStands(): boolean {
    const { clock, lostAt } = this.view.getState();
    return clock !== null && isStanding(clock, lostAt ?? this.now());
  }

  /** Brings every view up to date. Also without news: ages grow and values turn stale. */
  flush(): void {
    const { model } = this;
    this.look++;
    const before = this.view.getState();
    const now = this.now();
    const next: { -readonly [K in keyof LiveView]?: LiveView[K] } = {};
    if (model.twinsVersion !== this.twinsVersion) {
      this.twinsVersion = model.twinsVersion;
      next.twins = new Map(model.twins);
      next.transitions = new Map(model.transitions);
    }
    const health = healthByTwin(model.values, before.connection, now);
    if (!sameHealth(health, before.health)) Object.assign(next, { health, freshness: freshnessOf(health) });
    const unknown = unknownStates(model.values, before.connection, now);
    if (unknown.size !== before.unknownStates.size || [...unknown].some(([id, t]) => before.unknownStates.get(id) !== t)) next.unknownStates = unknown;
    if (model.clock !== before.clock) next.clock = model.clock;
    if (model.offset !== this.offset || model.generation !== before.generation) {
      this.offset = model.offset;
      Object.assign(next, { tails: new Map(model.tails), tailsFrom: model.tailsFrom });
    }
    if (model.generation !== before.generation) next.generation = model.generation;
    if (Object.keys(next).length > 0) this.view.setState(next);
    for (const [id, listeners] of this.valueListeners) if (this.refresh(id, before.connection, now)) for (const listener of listeners) listener();
  }

  readonly value = (id: string): ValueView => {
    const known = this.valueViews.get(id);
    if (known === undefined || (known.look !== this.look && !this.valueListeners.has(id))) this.refresh(id, this.view.getState().connection, this.now());
    return this.valueViews.get(id) ?? noValue;
  };

  subscribeValue(id: string, listener: () => void): () => void {
    const listeners = this.valueListeners.get(id) ?? new Set();
    this.valueListeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) { this.valueListeners.delete(id); this.valueViews.delete(id); }
    };
  }

  /** Every tag frame as it comes, for charts. */
  subscribeTags(listener: (tags: TagsFrame) => void): () => void {
    this.tagListeners.add(listener);
    return () => this.tagListeners.delete(listener);
  }

  private refresh(id: string, connection: Connection, now: number): boolean {
    const value = this.model.values.get(id);
    const before = this.valueViews.get(id);
    if (value === undefined) return this.valueViews.delete(id);
    const { q, age } = judge(value, connection, now);
    const next = { look: this.look, v: value.v, t: value.t, q, unit: value.unit, age: age === null ? null : Math.floor(age * 10) / 10 };
    if (before && before.v === next.v && before.q === next.q && before.age === next.age && before.unit === next.unit && before.t === next.t) return false;
    this.valueViews.set(id, next);
    return true;
  }
}

function sameHealth(a: ReadonlyMap<string, SignalHealth>, b: ReadonlyMap<string, SignalHealth>): boolean {
  if (a.size !== b.size) return false;
  for (const [id, x] of a) {
    const y = b.get(id);
    if (!y || x.signals !== y.signals || x.stale !== y.stale || x.bad !== y.bad) return false;
  }
  return true;
}
