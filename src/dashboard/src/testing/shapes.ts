import type { Kpi, Kpis, LossStep, Plant, ReportedValue, Stop, Twin, TwinKind } from "../lib/api/types";

/** Shapes as the host sends them, cut down to one cell. Plant time starts at 08:30 UTC, which is 09:30 in Leipzig. */
export const t0 = "2026-01-05T08:30:00.000Z";
export const at = (seconds: number): string => new Date(Date.parse(t0) + seconds * 1000).toISOString();

export const value = (v: ReportedValue["v"], more: Partial<ReportedValue> = {}): ReportedValue =>
  ({ v, t: t0, q: "good", unit: null, age: 0.1, staleAfter: 1.5, ...more });

export const twin = (id: string, kind: TwinKind, more: Partial<Twin> = {}): Twin => ({
  id, kind, name: id.slice(id.lastIndexOf(".") + 1), parent: id.includes(".") ? id.slice(0, id.lastIndexOf(".")) : null,
  state: kind === "station" || kind === "machine" ? "Execute" : null, stateSince: t0, mode: "Production", fault: 0, flags: [], reported: {}, desired: {},
  currentVehicle: null, counts: null, offset: 1, ...more,
});

export const robot = "leipzig.body.line1.cell3.robot";

export const plantTwins = (): Twin[] => [
  twin("leipzig", "plant", { name: "Leipzig" }),
  twin("leipzig.body", "area", { name: "Body shop" }),
  twin("leipzig.body.line1", "line", { name: "Body line 1", state: "Execute", counts: { produced: 312, good: 309, scrap: 3 } }),
  twin("leipzig.body.line1.cell3", "station", { name: "Weld cell 3", currentVehicle: "B.17", reported: { cycleTime: value(54.2, { unit: "s" }) } }),
  twin(robot, "machine", {
    name: "Robot 3",
    reported: { state: value(6), vibration: value(4.21, { unit: "mm/s" }), speedOverride: value(95, { unit: "%", staleAfter: 7.5 }) },
    desired: { speedOverride: { v: 100, t: t0, unit: "%", by: "plant definition" } },
  }),
];

export const plant = (more: Partial<Plant> = {}): Plant => ({
  id: "leipzig", name: "Leipzig", timeZone: "Europe/Berlin", clock: { plantTime: t0, speed: 1, offsetSeconds: 0 },
  lines: [{ id: "leipzig.body.line1", name: "Body line 1", area: "leipzig.body", constraintStation: "leipzig.body.line1.cell3" }],
  shift: { name: "early", from: "2026-01-05T05:00:00.000Z", to: "2026-01-05T13:00:00.000Z" },
  gateways: [{ name: "body-shop", connected: true, since: t0, buffered: 0, dropped: 0, endpoints: [{ name: "body-line1", state: "connected", detail: null }] }],
  freshness: { signals: 4, fresh: 4, stale: 0, bad: 0 },
  ...more,
});

export const steps: readonly LossStep[] = [
  { key: "plannedBusy", label: "Planned busy time", kind: "total", ms: 12_600_001 },
  { key: "breakdown", label: "Breakdown", kind: "loss", ms: 1_200_000 },
  { key: "starvedOrBlocked", label: "Starved or blocked", kind: "loss", ms: 900_001 },
  { key: "other", label: "Other", kind: "loss", ms: 0 },
  { key: "speedGain", label: "Faster than planned", kind: "gain", ms: 60_000 },
  { key: "scrap", label: "Scrap", kind: "loss", ms: 162_000 },
  { key: "effective", label: "Effective time", kind: "result", ms: 10_398_000 },
];

/** The running early shift of {@link plant}: 210 min in, of which 15 are break and 10 a planned stop; 180 min of it busy, and 30.5 lost in four stops. */
export const kpi = (more: Partial<Kpi> = {}): Kpi => ({
  from: "2026-01-05T05:00:00.000Z", to: "2026-01-05T13:00:00.000Z", label: "2026-01-05 early", open: true, oee: 130 / 185, availability: 154.5 / 185, effectiveness: 133 / 154.5, quality: 130 / 133,
  shiftSeconds: 210 * 60, plannedBusySeconds: 185 * 60, actualProductionSeconds: 154.5 * 60, plannedStopSeconds: 10 * 60, notObservedSeconds: 0,
  produced: 133, good: 130, scrap: 3, scrapRatio: 3 / 133, firstTimeThrough: 0.95, jobsPerHour: 43.1, jobsPerHourPlanned: 60, taktSeconds: 60, actualTaktSeconds: 83.5,
  stops: [
    { reason: "uncoded", name: "Not coded yet", category: "uncoded", seconds: 20 * 60, count: 1 }, { reason: "maintenance-planned", name: "Planned maintenance", category: "planned", seconds: 10 * 60, count: 1 },
    { reason: "tool-wear", name: "Tool or electrode worn", category: "unplanned", seconds: 6 * 60, count: 1 }, { reason: "safety", name: "Gate open", category: "unplanned", seconds: 4 * 60, count: 1 },
    { reason: "micro-stop", name: "Micro-stop", category: "microStop", seconds: 30.001, count: 1 },
  ],
  statedAt: null, restatedAt: null, before: null, restatements: [], ...more,
});

export const kpis = (items: readonly Kpi[] = [kpi({ actualProductionSeconds: 154.5 * 60 - 0.001 })]): Kpis => ({
  id: "leipzig.body.line1", kind: "line", station: "leipzig.body.line1.cell3", by: "shift", definition: { standard: "ISO 22400-2:2014", version: "1", rule: "line: OEE of its constraint station" }, taktSeconds: 60, items });

export const stop = (more: Partial<Stop> = {}): Stop => ({
  id: "leipzig.body.line1.cell3@20260105T060000000Z", station: "leipzig.body.line1.cell3", from: "2026-01-05T06:00:00.000Z", to: "2026-01-05T06:20:00.000Z", seconds: 1200, lostSeconds: 1200, state: "Aborted", fault: 4711,
  reason: "uncoded", reasonName: "Not coded yet", category: "uncoded", note: null, by: null, codedAt: null, revisions: [], ...more });
