import type { Clock, Plant, Quality, ReportedValue, Scalar, SnapshotFrame, Twin, TwinEvent } from "../api/types";
import type { Frame } from "./frames";

/** Newest value of one signal. `bornAt` is when the value was new, on this context's monotonic clock, so that age grows by itself. */
export interface LiveValue {
  readonly v: Scalar;
  readonly t: number | null;
  readonly q: Quality;
  readonly unit: string | null;
  readonly bornAt: number | null;
  readonly staleAfter: number | null;
}

/** Plant time was `plantTime` at monotonic `at` and runs `speed` times as fast, unless the plant's clock `stands`. */
export interface LiveClock { readonly plantTime: number; readonly speed: number; readonly at: number; readonly stands: boolean }
export interface Transition { readonly state: string; readonly at: number }

/** The newest events of one entity. Those up to the offset `cut` are not all among them: the API has them. */
export interface Tail { readonly events: readonly TwinEvent[]; readonly cut: number }

/** How many events and state changes of an entity a page keeps from the live stream; older ones come from the API. */
const keptEvents = 200;
const keptTransitions = 200;
/** Every vehicle is an entity: of those that were silent longest, nothing is kept. */
const keptTails = 500;

/**
 * What the stream has said so far. Mutable on purpose: thousands of values a second pass through here, and the page
 * looks at it a few times a second. The shared worker keeps one as well, to greet a page that opens later.
 */
export class StreamModel {
  offset = 0;
  clock: LiveClock | null = null;
  private offsetSeconds = 0;
  readonly twins = new Map<string, Twin>();
  readonly values = new Map<string, LiveValue>();
  readonly transitions = new Map<string, Transition[]>();
  /** By entity, the longest silent one first. */
  readonly tails = new Map<string, Tail>();
  /** Up to this offset, events of an entity without a tail are not known here. */
  tailsFrom = 0;
  /** Counts snapshots: what was fetched under an older one may be missing something. */
  generation = 0;
  /** Grows with every change to `twins`, so that a view copies the map only when it must. */
  twinsVersion = 0;

  /** @param at monotonic milliseconds at which the frame was received */
  apply(frame: Frame, at: number): void {
    switch (frame.kind) {
      case "snapshot": return this.replace(frame.data, at);
      case "delta":
        this.offset = frame.data.offset;
        this.noteEvent(frame.data.event);
        this.noteTransition(frame.data.event);
        if (frame.data.twin) this.takeTwin(frame.data.twin, at);
        return;
      case "tags": {
        const { ids, v, t, q, age } = frame.data;
        ids.forEach((id, i) => {
          const known = this.values.get(id);
          const seconds = age[i] ?? null;
          this.values.set(id, {
            v: v[i] ?? null, t: t[i] ?? null, q: q[i] ?? "bad", bornAt: seconds === null ? null : at - seconds * 1000,
            unit: known?.unit ?? null, staleAfter: known?.staleAfter ?? null,
          });
        });
        return;
      }
      case "heartbeat":
        this.setClock(frame.data, at);
        return;
      default: frame satisfies never;
    }
  }

  /** What was read over plain HTTP at these times, shown until the stream's snapshot replaces it. Once: to take it again later would make old values young. */
  seed(plant: Plant, plantAt: number, twins: readonly Twin[], twinsAt: number): void {
    if (this.clock !== null) return;
    this.offsetSeconds = plant.clock.offsetSeconds;
    this.setClock(plant.clock, plantAt);
    for (const twin of twins) this.takeTwin(twin, twinsAt);
  }

  /** The snapshot that a page opened now would have got. */
  snapshot(at: number): SnapshotFrame | null {
    if (this.generation === 0 || this.clock === null) return null;
    const items = [...this.twins.values()].map((twin) => ({ ...twin, reported: this.reportedNow(twin, at) }));
    return { offset: this.offset, plant: { plantTime: new Date(plantTimeAt(this.clock, at)).toISOString(), speed: isStanding(this.clock, at) ? 0 : this.clock.speed, offsetSeconds: this.offsetSeconds }, items };
  }

  private replace(frame: SnapshotFrame, at: number): void {
    this.twins.clear();
    this.values.clear();
    this.transitions.clear();
    this.tails.clear();
    this.tailsFrom = frame.offset;
    this.generation++;
    this.offset = frame.offset;
    this.offsetSeconds = frame.plant.offsetSeconds;
    this.setClock(frame.plant, at);
    this.twinsVersion++;
    for (const twin of frame.items) this.takeTwin(twin, at);
  }

  private takeTwin(twin: Twin, at: number): void {
    if (twin.kind === "workOrder") return;   // one per vehicle, for ever: they are read by id when somebody looks
    this.twins.set(twin.id, twin);
    this.twinsVersion++;
    for (const [name, value] of Object.entries(twin.reported)) this.takeValue(`${twin.id}.${name}`, value, at);
  }

  private noteEvent(event: TwinEvent): void {
    const { events, cut } = this.tails.get(event.entity) ?? { events: [], cut: this.tailsFrom };
    this.tails.delete(event.entity);   // to stand last
    this.tails.set(event.entity, { events: [...events.slice(1 - keptEvents), event], cut: events.length < keptEvents ? cut : events[0]?.offset ?? cut });
    const [silent] = this.tails;
    if (this.tails.size <= keptTails || silent === undefined) return;
    this.tails.delete(silent[0]);
    this.tailsFrom = Math.max(this.tailsFrom, silent[1].events.at(-1)?.offset ?? 0);
  }

  /** From the event, not from the twin beside it: that one is the newest there is and may be some states further. */
  private noteTransition(event: TwinEvent): void {
    if (event.name !== "unit.state-changed.v1" || typeof event.data.to !== "string") return;
    const list = this.transitions.get(event.entity) ?? [];
    this.transitions.set(event.entity, [...list.slice(1 - keptTransitions), { state: event.data.to, at: Date.parse(event.at) }]);
    this.twinsVersion++;
  }

  private takeValue(id: string, value: ReportedValue, at: number): void {
    const t = value.t === null ? null : Date.parse(value.t);
    const known = this.values.get(id);
    const newer = known?.t != null && (t === null || known.t > t);   // a tag frame may have overtaken the twin it belongs to
    this.values.set(id, newer
      ? { ...known, unit: value.unit, staleAfter: value.staleAfter }
      : { v: value.v, t, q: value.q, unit: value.unit, bornAt: value.age === null ? null : at - value.age * 1000, staleAfter: value.staleAfter });
  }

  private reportedNow(twin: Twin, at: number): Record<string, ReportedValue> {
    return Object.fromEntries(Object.entries(twin.reported).map(([name, value]) => {
      const live = this.values.get(`${twin.id}.${name}`);
      return [name, live === undefined ? value : {
        v: live.v, t: live.t === null ? null : new Date(live.t).toISOString(), q: live.q, unit: live.unit,
        age: live.bornAt === null ? null : (at - live.bornAt) / 1000, staleAfter: live.staleAfter,
      }];
    }));
  }

  /** The clock stands when it is told again, a while later, to show what it showed. */
  private setClock({ plantTime: time, speed }: Pick<Clock, "plantTime" | "speed">, at: number): void {
    const [before, plantTime] = [this.clock, Date.parse(time)];
    const same = before !== null && before.plantTime === plantTime;
    this.clock = { plantTime, speed, at: same ? before.at : at, stands: speed === 0 || (same && (before.stands || at - before.at > 1000)) };
  }
}

/** Plant time is told each 5 s. Without news nobody knows whether it still runs, so it is carried on no further than this. */
const carriedOnMs = 6_000;

export const isStanding = (clock: LiveClock, at: number): boolean => clock.stands || at - clock.at > carriedOnMs;

export const plantTimeAt = (clock: LiveClock, at: number): number =>
  clock.plantTime + (clock.stands ? 0 : Math.min(at - clock.at, carriedOnMs) * clock.speed);
