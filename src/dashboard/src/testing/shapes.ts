import type { LossStep, Plant, ReportedValue, Twin, TwinKind } from "../lib/api/types";

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
