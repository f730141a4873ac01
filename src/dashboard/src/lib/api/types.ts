/** Shapes of the HTTP API under `/api/v1`. Times are ISO 8601 UTC unless a name says otherwise; durations named `…Ms` are integer milliseconds. */

export type Quality = "good" | "uncertain" | "bad" | "stale";
export type TwinKind = "plant" | "area" | "line" | "station" | "machine" | "workOrder";
export type Scalar = number | string | boolean | null;

/** `age` and `staleAfter` are wall seconds; `age` is as of the moment the host sent the message. */
export interface ReportedValue { readonly v: Scalar; readonly t: string | null; readonly q: Quality; readonly unit: string | null; readonly age: number | null; readonly staleAfter: number | null }
export interface DesiredValue { readonly v: Scalar; readonly t: string; readonly unit: string | null; readonly by: string }
export interface Counts { readonly produced: number; readonly good: number; readonly scrap: number }

export interface Twin {
  readonly id: string;
  readonly kind: TwinKind;
  readonly name: string;
  readonly parent: string | null;
  readonly state: string | null;
  readonly stateSince: string | null;
  readonly mode: string | null;
  /** May exceed 32 bits. */
  readonly fault: number | null;
  /** `illegalTransition`, `stateUnseen`, `journalDamaged`, `signalLost:NAME`, `outOfOrder:N`. */
  readonly flags: readonly string[];
  readonly reported: Readonly<Record<string, ReportedValue>>;
  readonly desired: Readonly<Record<string, DesiredValue>>;
  readonly currentVehicle: string | null;
  readonly counts: Counts | null;
  readonly offset: number;
}

export interface Clock { readonly plantTime: string; readonly speed: number; readonly offsetSeconds: number }
export interface Freshness { readonly signals: number; readonly fresh: number; readonly stale: number; readonly bad: number }
export interface Shift { readonly name: string; readonly from: string; readonly to: string }
export interface Endpoint { readonly name: string; readonly state: string; readonly detail: string | null }
/** `since` is wall time, unlike nearly every other time. */
export interface Gateway { readonly name: string; readonly connected: boolean; readonly since: string | null; readonly buffered: number; readonly dropped: number; readonly endpoints: readonly Endpoint[] }
export interface LineSummary { readonly id: string; readonly name: string; readonly area: string; readonly constraintStation: string | null; readonly oeeTarget?: { readonly low: number; readonly high: number } | null }

export interface Plant {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
  readonly clock: Clock;
  readonly lines: readonly LineSummary[];
  readonly shift: Shift | null;
  readonly gateways: readonly Gateway[];
  readonly freshness: Freshness;
}

export interface Page<T> { readonly items: readonly T[]; readonly next: string | null }

/** `behind`: how far the list is behind the journal, where that is more than the host's bound. */
export interface TwinPage extends Page<Twin> { readonly offset: number; readonly behind: { readonly events: number; readonly seconds: number } | null }

export interface TwinEvent {
  readonly offset: number;
  readonly entity: string;
  readonly seq: number;
  readonly name: string;
  readonly at: string;
  readonly recorded: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A signal as the plant definition has it. `texts`: what the numbers of an enumeration mean. */
export interface Signal {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly role: string;
  readonly type: "number" | "text" | "waveform" | "image";
  readonly unit: string | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly texts: Readonly<Record<string, string>>;
}

/** The plant after one event; `items` are places, then work orders. */
export interface Cut { readonly offset: number; readonly at: string | null; readonly items: readonly Twin[] }

/** `t` is epoch milliseconds of plant time; `v` is the last value of the bucket. */
export interface HistoryPoint { readonly t: number; readonly v: number | string | null; readonly min: number | null; readonly max: number | null; readonly q: Quality }
export interface HistorySeries { readonly id: string; readonly unit: string | null; readonly raw: number; readonly points: readonly HistoryPoint[] }
export interface History { readonly from: string; readonly to: string; readonly series: readonly HistorySeries[] }

/** `state` is null where the state was not observed. */
export interface StateSpan { readonly state: string | null; readonly from: string; readonly to: string }

export type LossStepKind = "total" | "loss" | "gain" | "result";
export interface LossStep { readonly key: string; readonly label: string; readonly kind: LossStepKind; readonly ms: number }
export interface OeeLosses {
  readonly id: string;
  readonly kind: TwinKind;
  readonly from: string;
  readonly to: string;
  readonly shift: Shift | null;
  readonly definition: { readonly standard: string; readonly version: string; readonly rule: string };
  readonly ratios: { readonly availability: number | null; readonly effectiveness: number | null; readonly quality: number | null; readonly oee: number | null };
  readonly quantities: Counts;
  readonly times: { readonly plannedBusyMs: number; readonly actualProductionMs: number; readonly plannedRunTimePerItemMs: number };
  readonly steps: readonly LossStep[];
  readonly constraintStation: string | null;
}

export type Grain = "shift" | "day" | "week";
export type StopCategory = "uncoded" | "planned" | "unplanned" | "microStop" | "changeover" | "material" | "quality" | "organisation";
export interface StopReason { readonly code: string; readonly name: string; readonly category: StopCategory }
export interface StopSum { readonly reason: string; readonly name: string; readonly category: StopCategory; readonly seconds: number; readonly count: number }
/** `by` is null where reports that came late did it. */
export interface Restatement { readonly at: string; readonly by: string | null; readonly why: string }

/** Figures of one period. Seconds have whole milliseconds. `shiftSeconds` has the breaks in it; `before`: as they were stated, where that differs. */
export interface Kpi {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly open: boolean;
  readonly oee: number | null;
  readonly availability: number | null;
  readonly effectiveness: number | null;
  readonly quality: number | null;
  readonly shiftSeconds: number;
  readonly plannedBusySeconds: number;
  readonly actualProductionSeconds: number;
  readonly plannedStopSeconds: number;
  readonly notObservedSeconds: number;
  readonly produced: number;
  readonly good: number;
  readonly scrap: number;
  readonly scrapRatio: number | null;
  readonly firstTimeThrough: number | null;
  readonly jobsPerHour: number | null;
  readonly jobsPerHourPlanned: number;
  readonly taktSeconds: number;
  readonly actualTaktSeconds: number | null;
  readonly stops: readonly StopSum[];
  readonly statedAt: string | null;
  readonly restatedAt: string | null;
  readonly before: Kpi | null;
  readonly restatements: readonly Restatement[];
}
/** `station`: the one that is reckoned, of a line its constraint. */
export interface Kpis {
  readonly id: string;
  readonly kind: "station" | "line";
  readonly station: string;
  readonly by: Grain;
  readonly definition: OeeLosses["definition"];
  readonly taktSeconds: number;
  readonly items: readonly Kpi[];
}

export interface StopRevision { readonly action: "coded" | "split" | "undone"; readonly at: string; readonly by: string; readonly reason: string | null; readonly note: string | null; readonly cut: string | null }
/** `to` is null while it lasts; `lostSeconds` is what of it lies in shifts, without breaks; `by` is null where a rule says the reason, or nobody. */
export interface Stop {
  readonly id: string;
  readonly station: string;
  readonly from: string;
  readonly to: string | null;
  readonly seconds: number;
  readonly lostSeconds: number;
  readonly state: string;
  readonly fault: number;
  readonly reason: string;
  readonly reasonName: string;
  readonly category: StopCategory;
  readonly note: string | null;
  readonly by: string | null;
  readonly codedAt: string | null;
  readonly revisions: readonly StopRevision[];
}

/** `tickAge`: wall seconds since its newest tick, which comes each second; null before the first. `buffered` and `dropped` are as of then. `since` is wall time. Wall seconds: `behind` that the oldest sample which is not sent has waited, `levelIn` until none of those waits; null without a backlog, or where nobody knows. */
export interface GatewayLink { readonly name: string; readonly connected: boolean; readonly since: string; readonly tickAge: number | null; readonly buffered: number; readonly dropped: number; readonly droppedTelemetry: number; readonly droppedDiagnostic: number; readonly behind: number | null; readonly levelIn: number | null; readonly easing: Easing }
/** Signals that the gateway has its servers sample more slowly: 0 none, 1 of class diagnostic, 2 of class telemetry too. Seconds between samples at the slowest, wall time; 0 where none is eased. */
export interface Easing { readonly level: 0 | 1 | 2; readonly since: string | null; readonly why: string | null; readonly telemetrySeconds: number; readonly diagnosticSeconds: number }
/** Wall seconds: `valueAge` since the newest value came, `lag` from the server's time stamp of it to the host, with any difference of their clocks. Nobody tells of it where `gateway` is null. */
export interface EndpointLink {
  readonly name: string;
  readonly securityPolicy: string;
  readonly gateway: string | null;
  readonly state: string | null;
  readonly detail: string | null;
  readonly signals: Freshness;
  readonly valueAge: number | null;
  readonly lag: number | null;
  /** What the server showed at the newest connection, and what the gateway shows it; null before the first. */
  readonly serverCertificate: Expiry | null;
  readonly gatewayCertificate: Expiry | null;
}
export interface Expiry { readonly notAfter: string; readonly daysLeft: number }
/** `daysLeft` is below zero once it is over. */
export interface Certificate { readonly name: string; readonly subject: string; readonly notAfter: string; readonly daysLeft: number }
export interface Connections { readonly gateways: readonly GatewayLink[]; readonly endpoints: readonly EndpointLink[]; readonly certificates: readonly Certificate[] }

/** Samples of a signal since the ledger began: expected − lost for a reason − unexplained = stored. `unexplained` has to be 0. */
export interface LedgerLine {
  readonly signal: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly expected: number;
  readonly sampled: number;
  readonly sent: number;
  readonly stored: number;
  readonly gaps: readonly { readonly reason: string; readonly count: number; readonly from: string; readonly to: string; readonly says: string }[];
  readonly unexplained: number;
  /** Sampled more slowly by the gateway's own will, all times together: no loss, since less was expected. `to` is null while it lasts. */
  readonly eased: { readonly times: number; readonly from: string; readonly to: string | null; readonly seconds: number; readonly samplingSeconds: number } | null;
}
/** `unattributed`: sequences that are lost, of which nobody has said yet whose they were. */
export interface Ledger { readonly items: readonly LedgerLine[]; readonly unattributed: number }

/** What somebody noted about a moment (`about`) of a place. `text` is plain text. */
export interface Note { readonly id: string; readonly place: string; readonly about: string; readonly text: string; readonly by: string; readonly at: string; readonly withdrawnBy: string | null; readonly withdrawnAt: string | null }

/** One condition under which the host can be relied on; `why` says what is missing. */
export interface Check { readonly name: string; readonly ok: boolean; readonly why: string | null }

export interface Journal {
  readonly store: string;
  readonly events: number;
  readonly entities: number;
  readonly headOffset: number;
  readonly headHash: string;
  /** Events that the twins on this page do not show yet. */
  readonly lag: number;
  /** Of the newest commits; null before the first. */
  readonly commits: { readonly seen: number; readonly lastEntities: number; readonly lastMilliseconds: number; readonly p50Milliseconds: number; readonly p99Milliseconds: number } | null;
}

/** `epoch` only ever grows; `mine`: run by the host that answers. */
export interface Shard { readonly shard: string; readonly owner: string; readonly epoch: number; readonly expiresInSeconds: number; readonly mine: boolean }

export type ProjectionState = "live" | "behind" | "rebuilding";
export interface Projection {
  readonly name: string;
  readonly version: number | string;
  readonly offset: number;
  readonly head: number;
  readonly behindEvents: number;
  readonly behindSeconds: number;
  readonly state: ProjectionState;
  /** The last one since the host started, or the one under way. */
  readonly rebuilt: Rebuild | null;
}
/** `offset` of `target` events are folded; `differed`: what was in use was wrong, and was replaced. `started` is wall time. */
export interface Rebuild {
  readonly started: string;
  readonly state: "running" | "done" | "cancelled" | "failed";
  readonly offset: number;
  readonly target: number;
  readonly seconds: number;
  readonly differed: boolean | null;
  readonly differences: readonly string[];
  readonly why: string | null;
}

/** `lastMessage` is wall time. */
export interface Actor {
  readonly id: string;
  readonly kind: string;
  readonly shard: string;
  readonly mailbox: number;
  readonly processed: number;
  readonly restarts: number;
  readonly lastMessage: string;
  readonly state: "running" | "restarting" | "stopped";
  readonly why: string | null;
}
export interface Actors { readonly system: string; readonly actors: readonly Actor[] }

/** A message that nobody has handled. `at` is plant time; without `replayable` it can only be read. */
export interface DeadLetter {
  readonly id: string;
  readonly entity: string;
  readonly kind: string;
  readonly command: string;
  readonly payload: unknown;
  readonly reason: string;
  readonly at: string;
  readonly replayable: boolean;
}
/** `unread`: a sentence for each shard whose letters cannot be read now and are missing here. */
export interface DeadLetterPage extends Page<DeadLetter> { readonly unread: readonly string[] }
export interface ReplayResult { readonly id: string; readonly outcome: "accepted" | "nothing" | "refused" | "failed"; readonly reason: string | null }

/** RFC 9457 problem details; `code` is stable. */
export interface ProblemDetails { readonly type?: string; readonly title: string; readonly status: number; readonly detail?: string; readonly code?: string }

export interface SnapshotFrame { readonly offset: number; readonly plant: Clock; readonly items: readonly Twin[] }
export interface DeltaFrame { readonly offset: number; readonly event: TwinEvent; readonly twin: Twin | null }
/** Columns: one entry per signal; `t` is epoch milliseconds of plant time, `age` wall seconds; both null where there was never a value. */
export interface TagsFrame { readonly ids: readonly string[]; readonly v: readonly Scalar[]; readonly t: readonly (number | null)[]; readonly q: readonly Quality[]; readonly age: readonly (number | null)[] }
export interface HeartbeatFrame { readonly offset: number; readonly wall: string; readonly plantTime: string; readonly speed: number; readonly freshness: Freshness }
