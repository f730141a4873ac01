import type { Signal } from "../../lib/api/types";
import type { ValueView } from "../../lib/stream/live";
import type { NumberFormat } from "../../lib/time/number";
import { display } from "../../lib/view/ValueCell";

/** What a cell shows, and how it is worth: a shape beside the value where it is not good, so that it reads without colour. */
export const textOf = (name: string, value: ValueView, definition: Signal | undefined, number: NumberFormat): string =>
  `${marks[value.q]}${display(name, value.v, number, definition?.texts)}`;

const marks: Readonly<Record<ValueView["q"], string>> = { good: "", uncertain: "? ", bad: "✕ ", stale: "◇ " };

export interface Group { readonly owner: string; readonly signals: readonly Signal[] }

/** Signals by the twin that has them, in the order of the definition; narrowed to those whose id or unit has every word of the filter. */
export function grouped(signals: Iterable<Signal>, filter: string): readonly Group[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const groups = new Map<string, Signal[]>();
  for (const signal of signals) {
    const text = `${signal.id} ${signal.unit ?? ""}`.toLowerCase();
    if (words.every((word) => text.includes(word))) groups.set(signal.owner, [...(groups.get(signal.owner) ?? []), signal]);
  }
  return [...groups].map(([owner, own]) => ({ owner, signals: own }));
}
