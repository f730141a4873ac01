/** View state that stands in the URL, so that a link shows what its sender saw. */
export type TwinTab = "signals" | "events";
/** `at`: plant time, ISO 8601; absent: now. */
export interface TwinSearch { readonly tab?: TwinTab | undefined; readonly window?: Window | undefined; readonly signals?: string | undefined; readonly event?: string | undefined; readonly at?: string | undefined }
export interface OeeSearch { readonly view?: "table" | undefined; readonly shift?: number | undefined }

export type ActorOrder = "mailbox" | "restarts" | "name";
export interface EngineSearch { readonly actors?: string | undefined; readonly order?: ActorOrder | undefined }
export interface FindSearch { readonly where?: string | undefined }

/** Length of the time window shown, in plant time. */
export const windows = { "5m": 5 * 60_000, "15m": 15 * 60_000, "1h": 3_600_000, "8h": 8 * 3_600_000 } as const;
export type Window = keyof typeof windows;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

export function twinSearch(search: Record<string, unknown>): TwinSearch {
  const [tab, window] = [text(search.tab), text(search.window)];
  return {
    tab: tab === "events" || tab === "signals" ? tab : undefined,
    window: window !== undefined && window in windows ? (window as Window) : undefined,
    signals: text(search.signals),
    event: text(search.event),
    at: Number.isNaN(Date.parse(text(search.at) ?? "")) ? undefined : text(search.at),
  };
}

/** `shift`: 0 or absent is the running one, 1 the one before it, and so on. */
export function oeeSearch(search: Record<string, unknown>): OeeSearch {
  const shift = Number(search.shift);
  return { view: search.view === "table" ? "table" : undefined, shift: Number.isInteger(shift) && shift > 0 && shift < 100 ? shift : undefined };
}

export function engineSearch(search: Record<string, unknown>): EngineSearch {
  const order = text(search.order);
  return { actors: text(search.actors), order: order === "mailbox" || order === "restarts" || order === "name" ? order : undefined };
}

export const findSearch = (search: Record<string, unknown>): FindSearch => ({ where: text(search.where) });
