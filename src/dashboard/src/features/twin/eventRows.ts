import type { TwinEvent } from "../../lib/api/types";

/** Newest first, each offset once: pages of the API and what the stream has brought since. */
export function merge(live: readonly TwinEvent[], fetched: readonly TwinEvent[]): readonly TwinEvent[] {
  const byOffset = new Map<number, TwinEvent>();
  const oldest = fetched.at(-1)?.offset ?? 0;   // older live ones belong to a page that is not loaded yet
  for (const event of fetched) byOffset.set(event.offset, event);
  for (const event of live) if (event.offset >= oldest) byOffset.set(event.offset, event);
  return [...byOffset.values()].sort((a, b) => b.offset - a.offset);
}

/** `Execute → Aborting` where something changed from one thing to another, then the other members; the time has a column of its own. */
export function describe(data: Readonly<Record<string, unknown>>): string {
  const { from, to, ...others } = data;
  const rest = Object.entries(others).filter(([name]) => name !== "at");
  const change = from !== undefined && to !== undefined ? [`${text(from)} → ${text(to)}`] : [from, to].flatMap((each) => (each === undefined ? [] : [text(each)]));
  return [...change, ...rest.map(([name, value]) => `${name} ${text(value)}`)].join(" · ");
}

const text = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export const matches = (event: TwinEvent, filter: string): boolean =>
  filter === "" || `${event.name} ${describe(event.data)} ${event.offset}`.toLowerCase().includes(filter.toLowerCase());

/** Equipment did what PackML does not allow. */
export const isIllegal = (event: TwinEvent): boolean => event.data.legal === false || event.data.inOrder === false;
