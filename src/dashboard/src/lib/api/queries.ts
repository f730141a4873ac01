import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ApiProblem, get, health, query } from "./client";
import type { Actors, Check, Connections, Cut, DeadLetterPage, Grain, History, Journal, Kpis, Ledger, Note, OeeLosses, Page, Plant, Projection, Shard, Signal, StateSpan, Stop, StopReason, Twin, TwinEvent, TwinPage } from "./types";

/** A host that answers "no" is not asked again at once; one that does not answer is, twice. */
export const retry = (failures: number, failure: Error): boolean =>
  failures < 2 && !(failure instanceof ApiProblem && failure.status >= 400 && failure.status < 500);

export const plantQuery = queryOptions({
  queryKey: ["plant"],
  queryFn: ({ signal }) => get<Plant>("/plant", signal),
  refetchInterval: 2_000,
});

/** Every place and piece of equipment, page by page. Work orders follow them on the list and are read by their own id. */
export const twinsQuery = queryOptions({
  queryKey: ["twins"],
  queryFn: async ({ signal }) => {
    const twins: Twin[] = [];
    let cursor: string | undefined;
    do {
      const page: Page<Twin> = await get(`/twins${query({ limit: 500, cursor })}`, signal);
      twins.push(...page.items);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined && twins.at(-1)?.kind !== "workOrder");
    return twins;
  },
  staleTime: Infinity,
});

export const twinQuery = (id: string) => queryOptions({
  queryKey: ["twin", id],
  queryFn: ({ signal }) => get<Twin>(`/twins/${encodeURIComponent(id)}`, signal),
});

/** @param where a condition such as `state = Aborted and line = line1`; what is wrong with one, the host says */
export const findQuery = (where: string) => queryOptions({
  queryKey: ["find", where],
  queryFn: ({ signal }) => get<TwinPage>(`/twins${query({ where, limit: 200 })}`, signal),
  refetchInterval: 5_000,
});

/**
 * @param at plant time, epoch milliseconds
 * @param settled whether that is so long ago that all of it has arrived: it stays as it was only then
 */
export const pastTwinQuery = (id: string, at: number, settled: () => boolean) => queryOptions({
  queryKey: ["twin", id, at],
  queryFn: async ({ signal }) => {
    const whole = settled();   // before it is asked: what arrives meanwhile may be missing in the answer
    return { twin: await get<Twin>(`/twins/${encodeURIComponent(id)}${query({ at: iso(at) })}`, signal), whole };
  },
  staleTime: ({ state }) => state.data?.whole ? Infinity : 0,
  refetchInterval: ({ state }) => state.data?.whole === false ? 2_000 : false,
  select: ({ twin }) => twin,
});

/** Places as they were, after the same event: what stands around a twin of the past. @param scope a place */
export const cutQuery = (scope: string, at: number) => queryOptions({
  queryKey: ["cut", scope, at],
  queryFn: ({ signal }) => get<Cut>(`/cuts${query({ scope, at: iso(at) })}`, signal),
  staleTime: 60_000,
});

/** What the plant definition says of the signals of a twin and below; by id. It changes with the host's start only. */
export const signalsQuery = (scope: string) => queryOptions({
  queryKey: ["signals", scope],
  queryFn: async ({ signal }) => new Map((await get<{ items: readonly Signal[] }>(`/signals${query({ scope })}`, signal)).items.map((each) => [each.id, each])),
  staleTime: Infinity,
});

/** The newest first. @param until plant time; null: all */
export const eventsQuery = (id: string, until: number | null = null) => infiniteQueryOptions({
  queryKey: ["events", id, until],
  queryFn: ({ signal, pageParam }) =>
    get<Page<TwinEvent>>(`/twins/${encodeURIComponent(id)}/events${query({ order: "desc", limit: 50, cursor: pageParam, to: until === null ? undefined : iso(until) })}`, signal),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next ?? undefined,
});

/** @param from,to plant time, epoch milliseconds */
export const history = (ids: readonly string[], from: number, to: number, points: number, signal: AbortSignal): Promise<History> =>
  get(`/tags/history${query({ ids: ids.join(","), from: iso(from), to: iso(to), points })}`, signal);

/** PackML states from `from` until now, or `until` where that is over. Asked again each minute; the stream tells what happens in between. */
export const statesQuery = (id: string, from: number, until: number | null, now: () => number) => queryOptions({
  queryKey: ["states", id, from, until],
  queryFn: async ({ signal }) => {
    const to = Math.max(from + 1, Math.min(until ?? Infinity, now()));
    return (await get<{ items: readonly StateSpan[] }>(`/twins/${encodeURIComponent(id)}/states${query({ from: iso(from), to: iso(to) })}`, signal)).items;
  },
  refetchInterval: 60_000,
  refetchIntervalInBackground: true,
  placeholderData: (before) => before,
});

/** Of the running shift. */
export const oeeQuery = (id: string) => queryOptions({
  queryKey: ["oee", id],
  queryFn: ({ signal }) => get<OeeLosses>(`/oee/${encodeURIComponent(id)}/losses`, signal),
  refetchInterval: 5_000,
});

export const kpisPath = (scope: string, by: Grain, from: number, to: number | null): string =>
  `/kpis${query({ scope, by, from: iso(from), to: to === null ? undefined : iso(to) })}`;

/** Figures of all periods that have time in a window. Days and weeks are sums over many events: the longer, the rarer they are asked for. */
export const kpisQuery = (scope: string, by: Grain, from: number, to: number | null) => queryOptions({
  queryKey: ["kpis", scope, by, from, to],
  queryFn: ({ signal }) => get<Kpis>(kpisPath(scope, by, from, to), signal),
  refetchInterval: { shift: 5_000, day: 20_000, week: 60_000 }[by],
});

/** The newest stops of a window, at most 500. `coded`: false for those that wait for a reason. */
export const stopsQuery = (scope: string, from: number, to: number, coded?: boolean) => queryOptions({
  queryKey: ["stops", scope, from, to, coded],
  queryFn: ({ signal }) => get<Page<Stop>>(`/stops${query({ scope, from: iso(from), to: iso(to), coded: coded === undefined ? undefined : String(coded) })}`, signal),
  refetchInterval: 10_000,
});

/** Notes about a place and all below it. @param until null: up to now */
export const notesQuery = (scope: string, from: number, until: number | null) => queryOptions({
  queryKey: ["notes", scope, from, until],
  queryFn: async ({ signal }) => (await get<{ items: readonly Note[] }>(`/notes${query({ scope, from: iso(from), to: until === null ? undefined : iso(until + 1) })}`, signal)).items,
  refetchInterval: 10_000,
  placeholderData: (before) => before,
});

/** The newest thousand events of a window; `next` where there are more. @param until null: up to now */
export const windowEventsQuery = (id: string, from: number, until: number | null) => queryOptions({
  queryKey: ["window-events", id, from, until],
  queryFn: ({ signal }) => get<Page<TwinEvent>>(`/twins/${encodeURIComponent(id)}/events${query({ order: "desc", limit: 1000, from: iso(from), to: until === null ? undefined : iso(until) })}`, signal),
  refetchInterval: 10_000,
  placeholderData: (before) => before,
});

export const stopReasonsQuery = queryOptions({
  queryKey: ["stop-reasons"],
  queryFn: async ({ signal }) => (await get<{ items: readonly StopReason[] }>("/stop-reasons", signal)).items,
  staleTime: Infinity,
});

/** What runs underneath changes by the second and is looked at seldom: asked for every two seconds while somebody looks. */
const watched = { refetchInterval: 2_000 } as const;

export const healthQuery = queryOptions({
  queryKey: ["health"],
  queryFn: async ({ signal }) => (await health<{ checks: readonly Check[] }>(signal)).checks,
  ...watched,
});

export const connectionsQuery = queryOptions({ queryKey: ["connections"], queryFn: ({ signal }) => get<Connections>("/connections", signal), ...watched });

/** Of the whole plant: some hundred lines, so not each second. */
export const ledgerQuery = queryOptions({ queryKey: ["ledger"], queryFn: ({ signal }) => get<Ledger>("/ledger", signal), refetchInterval: 5_000 });

export const journalQuery = queryOptions({ queryKey: ["journal"], queryFn: ({ signal }) => get<Journal>("/journal", signal), ...watched });

export const shardsQuery = queryOptions({
  queryKey: ["shards"],
  queryFn: async ({ signal }) => (await get<{ items: readonly Shard[] }>("/shards", signal)).items,
  ...watched,
});

export const projectionsQuery = queryOptions({
  queryKey: ["projections"],
  queryFn: async ({ signal }) => (await get<{ items: readonly Projection[] }>("/projections", signal)).items,
  ...watched,
});

export const actorsQuery = queryOptions({ queryKey: ["actors"], queryFn: ({ signal }) => get<Actors>("/actors", signal), ...watched });

/** The newest hundred; the command line lists all. */
export const deadLettersQuery = queryOptions({
  queryKey: ["dead-letters"],
  queryFn: ({ signal }) => get<DeadLetterPage>(`/dead-letters${query({ limit: 100 })}`, signal),
  ...watched,
});

const iso = (epochMs: number) => new Date(epochMs).toISOString();
