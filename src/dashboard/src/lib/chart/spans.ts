import type { StateSpan } from "../api/types";
import { type StateGroup, groupOf, stateGroups } from "../plant/packml";

/** A stretch of one state, epoch milliseconds of plant time. */
export interface Span { readonly state: string | null; readonly from: number; readonly to: number }
export interface Change { readonly state: string; readonly at: number }

/** What the API knew, carried on to `now` by what the stream has told since. */
export function carryOn(fetched: readonly StateSpan[], changes: readonly Change[], now: number): readonly Span[] {
  const spans: Span[] = fetched.map((each) => ({ state: each.state, from: Date.parse(each.from), to: Date.parse(each.to) }));
  const last = spans.pop();
  if (last === undefined) return join(changes.filter((change) => change.at < now), now);
  return [...spans, ...join([{ state: last.state, at: last.from }, ...changes.filter((change) => change.at > last.from && change.at < now)], now)];
}

/** Past `knownUntil`, when the newest state was last heard of, nobody knows; `null` = it never was heard of, `undefined` = it is known still. */
export function endWhereKnown(spans: readonly Span[], knownUntil: number | null | undefined): readonly Span[] {
  const last = spans.at(-1);
  if (last === undefined || knownUntil === undefined || last.state === null) return spans;
  const end = Math.max(last.from, Math.min(knownUntil ?? last.from, last.to));
  return [...spans.slice(0, -1), { ...last, to: end }, { state: null, from: end, to: last.to }].filter((span) => span.from < span.to);
}

function join(changes: readonly { readonly state: string | null; readonly at: number }[], end: number): Span[] {
  return changes.map(({ state, at }, i) => ({ state, from: at, to: changes[i + 1]?.at ?? end }));
}

export interface Run { readonly group: StateGroup; readonly from: number; readonly to: number }

/**
 * Columns of a drawing, as runs of one look. A shift holds thousands of spans and a screen a thousand columns: each column
 * shows what lasted longest in it, except that a breakdown is shown however short it was.
 */
export function columns(spans: readonly Span[], from: number, to: number, width: number): readonly Run[] {
  const perColumn = (to - from) / width;
  const looks = stateGroups.length;
  const lasted = new Float64Array(width * looks);   // row by row: how long each look lasted in a column
  for (const span of spans) {
    const [start, end] = [Math.max(span.from, from), Math.min(span.to, to)];
    const group = stateGroups.indexOf(groupOf(span.state));
    for (let x = Math.floor((start - from) / perColumn); start < end && x < width && from + x * perColumn < end; x++) {
      const inside = Math.min(end, from + (x + 1) * perColumn) - Math.max(start, from + x * perColumn);
      if (inside > 0) lasted[x * looks + group] = (lasted[x * looks + group] ?? 0) + inside;
    }
  }
  const runs: { group: StateGroup; from: number; to: number }[] = [];
  for (let x = 0; x < width; x++) {
    const group = look(lasted, x * looks);
    if (group === null) continue;
    const before = runs.at(-1);
    if (before?.group === group && before.to === x) before.to = x + 1;
    else runs.push({ group, from: x, to: x + 1 });
  }
  return runs;
}

const aborted = stateGroups.indexOf("aborted");

function look(lasted: Float64Array, start: number): StateGroup | null {
  if ((lasted[start + aborted] ?? 0) > 0) return "aborted";
  let [longest, most]: [StateGroup | null, number] = [null, 0];
  stateGroups.forEach((group, i) => {
    const ms = lasted[start + i] ?? 0;
    if (ms > most) [longest, most] = [group, ms];
  });
  return longest;
}

/** Time per group inside the window: the drawing in numbers. */
export function totals(spans: readonly Span[], from: number, to: number): ReadonlyMap<StateGroup, number> {
  const sums = new Map<StateGroup, number>();
  for (const span of spans) {
    const ms = Math.min(span.to, to) - Math.max(span.from, from);
    if (ms > 0) sums.set(groupOf(span.state), (sums.get(groupOf(span.state)) ?? 0) + ms);
  }
  return sums;
}

export const at = (spans: readonly Span[], time: number): Span | undefined => spans.find((span) => span.from <= time && time < span.to);

const steps = [1, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400].map((s) => s * 1000);

/** Round times inside a window, at most `most` of them. */
export function ticks(from: number, to: number, most: number): readonly number[] {
  const step = steps.find((each) => (to - from) / each <= most) ?? 86_400_000;
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}
