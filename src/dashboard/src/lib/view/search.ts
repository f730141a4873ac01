/** View state that stands in the URL, so that a link shows what its sender saw. */
export type TwinTab = "signals" | "events";
export interface TwinSearch { readonly tab?: TwinTab; readonly window?: Window; readonly signals?: string; readonly event?: string }
export interface OeeSearch { readonly view?: "chart" | "table"; readonly shift?: number }

/** Length of the time window shown, in plant time. */
export const windows = { "5m": 5 * 60_000, "15m": 15 * 60_000, "1h": 3_600_000, "8h": 8 * 3_600_000 } as const;
export type Window = keyof typeof windows;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function twinSearch(search: Record<string, unknown>): TwinSearch {
  const [tab, window, signals, event] = [text(search.tab), text(search.window), text(search.signals), text(search.event)];
  return {
    ...(tab === "events" ? { tab } : {}),
    ...(window !== undefined && window in windows ? { window: window as Window } : {}),
    ...(signals !== undefined ? { signals } : {}),
    ...(event !== undefined ? { event } : {}),
  };
}

/** `shift`: 0 or absent is the running one, 1 the one before it, and so on. */
export function oeeSearch(search: Record<string, unknown>): OeeSearch {
  const shift = Number(search.shift);
  return { ...(search.view === "table" ? { view: "table" } : {}), ...(Number.isInteger(shift) && shift > 0 && shift < 100 ? { shift } : {}) };
}
