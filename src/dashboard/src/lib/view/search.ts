import type { Grain } from "../api/types";

/** View state that stands in the URL, so that a link shows what its sender saw. */
export type TwinTab = "signals" | "events";
/** `at`: plant time, ISO 8601; absent: now. */
export interface TwinSearch { readonly tab?: TwinTab | undefined; readonly window?: Window | undefined; readonly signals?: string | undefined; readonly event?: string | undefined; readonly at?: string | undefined }
/** `at`: a moment in the period shown, absent: the newest; `base`: one in the period that it is compared with, or `none`, absent: what suits; `step`, `reason`: whose stops are shown, absent: all. */
export interface OeeSearch { readonly view?: "table" | undefined; readonly by?: Grain | undefined; readonly at?: string | undefined; readonly base?: string | undefined; readonly step?: string | undefined; readonly reason?: string | undefined }

export type ActorOrder = "mailbox" | "restarts" | "name";
export interface EngineSearch { readonly actors?: string | undefined; readonly order?: ActorOrder | undefined }
/** `scope`: whose samples are accounted for line by line, absent: the places only. */
export interface ConnectionsSearch { readonly scope?: string | undefined }
/** `scope`: whose values, absent: the whole plant's; `filter`: words that a signal's id or unit has. */
export interface ValuesSearch { readonly scope?: string | undefined; readonly filter?: string | undefined }
export interface FindSearch { readonly where?: string | undefined }

/** Length of the time window shown, in plant time. */
export const windows = { "5m": 5 * 60_000, "15m": 15 * 60_000, "1h": 3_600_000, "8h": 8 * 3_600_000 } as const;
export type Window = keyof typeof windows;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
const moment = (value: unknown): string | undefined => (Number.isNaN(Date.parse(text(value) ?? "")) ? undefined : text(value));

export function twinSearch(search: Record<string, unknown>): TwinSearch {
  const [tab, window] = [text(search.tab), text(search.window)];
  return {
    tab: tab === "events" || tab === "signals" ? tab : undefined,
    window: window !== undefined && window in windows ? (window as Window) : undefined,
    signals: text(search.signals),
    event: text(search.event),
    at: moment(search.at),
  };
}

export function oeeSearch(search: Record<string, unknown>): OeeSearch {
  const { by } = search;
  return {
    view: search.view === "table" ? "table" : undefined, by: by === "day" || by === "week" ? by : undefined, at: moment(search.at), base: search.base === "none" ? "none" : moment(search.base), step: text(search.step), reason: text(search.reason),
  };
}

export function engineSearch(search: Record<string, unknown>): EngineSearch {
  const order = text(search.order);
  return { actors: text(search.actors), order: order === "mailbox" || order === "restarts" || order === "name" ? order : undefined };
}

export const connectionsSearch = (search: Record<string, unknown>): ConnectionsSearch => ({ scope: text(search.scope) });

export const valuesSearch = (search: Record<string, unknown>): ValuesSearch => ({ scope: text(search.scope), filter: text(search.filter) });

export const findSearch = (search: Record<string, unknown>): FindSearch => ({ where: text(search.where) });
