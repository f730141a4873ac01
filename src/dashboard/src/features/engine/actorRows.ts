import type { Actor } from "../../lib/api/types";
import type { ActorOrder } from "../../lib/view/search";

const states = ["stopped", "restarting", "running"];

/** Those that match every word of the filter; what does not run first, whatever the order. */
export function actorRows(actors: readonly Actor[], filter: string, order: ActorOrder): readonly Actor[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const told = (actor: Actor) => `${actor.id} ${actor.kind} ${actor.shard} ${actor.state} ${actor.why ?? ""}`.toLowerCase();
  const by = order === "name" ? () => 0 : (a: Actor, b: Actor) => b[order] - a[order];
  return actors.filter((actor) => words.every((word) => told(actor).includes(word)))
    .sort((a, b) => states.indexOf(a.state) - states.indexOf(b.state) || by(a, b) || (a.id < b.id ? -1 : 1));
}

/** Events per second between two looks; null where there was only one, or the journal is another one. */
export function rate(before: { readonly events: number; readonly at: number } | null, events: number, at: number): number | null {
  if (before === null || at <= before.at || events < before.events) return null;
  return ((events - before.events) * 1000) / (at - before.at);
}
