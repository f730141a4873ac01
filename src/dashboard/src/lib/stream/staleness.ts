import type { Freshness, Quality } from "../api/types";
import type { Connection } from "./frames";
import type { LiveValue } from "./model";

export interface Judged { readonly q: Quality; readonly age: number | null }

/**
 * What a value is worth now. It turns stale by itself, without a message: that is the whole point, since the message
 * that says "stale" may be the one that does not arrive. A page that hears nothing knows nothing, so all is stale then.
 */
export function judge(value: LiveValue, connection: Connection, now: number): Judged {
  const age = value.bornAt === null ? null : Math.max(0, now - value.bornAt) / 1000;
  const overdue = age === null || (value.staleAfter !== null && age > value.staleAfter);
  return { q: connection === "lost" || overdue ? "stale" : value.q, age };
}

/** Equipment whose own state is not known now, with the plant time until which it was known; null where it never was. */
export function unknownStates(values: ReadonlyMap<string, LiveValue>, connection: Connection, now: number): Map<string, number | null> {
  const unknown = new Map<string, number | null>();
  for (const [id, value] of values) if (id.endsWith(".state") && !isKnown(judge(value, connection, now).q)) unknown.set(id.slice(0, -".state".length), value.t);
  return unknown;
}

/** An uncertain value still says something; a stale or a bad one does not. */
export const isKnown = (q: Quality): boolean => q === "good" || q === "uncertain";

export interface SignalHealth { readonly signals: number; readonly stale: number; readonly bad: number }

/** Stale and bad signals per twin that owns them. */
export function healthByTwin(values: ReadonlyMap<string, LiveValue>, connection: Connection, now: number): Map<string, SignalHealth> {
  const health = new Map<string, { signals: number; stale: number; bad: number }>();
  for (const [id, value] of values) {
    const owner = id.slice(0, id.lastIndexOf("."));
    let entry = health.get(owner);
    if (entry === undefined) health.set(owner, (entry = { signals: 0, stale: 0, bad: 0 }));
    const { q } = judge(value, connection, now);
    entry.signals++;
    if (q === "stale") entry.stale++;
    if (q === "bad") entry.bad++;
  }
  return health;
}

export function freshnessOf(health: ReadonlyMap<string, SignalHealth>): Freshness {
  let [signals, stale, bad] = [0, 0, 0];
  for (const entry of health.values()) { signals += entry.signals; stale += entry.stale; bad += entry.bad; }
  return { signals, fresh: signals - stale - bad, stale, bad };
}
