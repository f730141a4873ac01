import type { LedgerLine } from "../../lib/api/types";
import { isWithin } from "../../lib/plant/tree";

export interface Account {
  readonly id: string;
  readonly signals: number;
  readonly expected: number;
  readonly sampled: number;
  readonly sent: number;
  readonly stored: number;
  /** By reason, the largest first. */
  readonly lost: readonly { readonly reason: string; readonly count: number; readonly says: string }[];
  /** Sum of what each signal has above 0, and of what each has below: one must not hide the other. */
  readonly missing: number;
  readonly surplus: number;
  /** How many of its signals were sampled more slowly on purpose, and how far apart samples were at the slowest; null for none. */
  readonly eased: { readonly signals: number; readonly samplingSeconds: number; readonly lasts: boolean } | null;
}

export function account(id: string, lines: readonly LedgerLine[]): Account {
  const sum = (of: (line: LedgerLine) => number) => lines.reduce((total, line) => total + of(line), 0);
  const lost = new Map<string, { reason: string; count: number; says: string }>();
  for (const { reason, count, says } of lines.flatMap((line) => line.gaps)) lost.set(reason, { reason, says, count: (lost.get(reason)?.count ?? 0) + count });
  const eased = lines.flatMap((line) => line.eased ?? []);
  return {
    eased: eased.length === 0 ? null : { signals: eased.length, samplingSeconds: Math.max(...eased.map((one) => one.samplingSeconds)), lasts: eased.some((one) => one.to === null) },
    id, signals: lines.length, expected: sum((line) => line.expected), sampled: sum((line) => line.sampled), sent: sum((line) => line.sent), stored: sum((line) => line.stored),
    lost: [...lost.values()].sort((a, b) => b.count - a.count), missing: sum((line) => Math.max(0, line.unexplained)), surplus: sum((line) => Math.max(0, -line.unexplained)),
  };
}

/** One account a place, in the order of the places; signals that are in none of them stand last, under no name. */
export function byPlace(lines: readonly LedgerLine[], places: readonly string[]): readonly Account[] {
  const left = new Set(lines);
  const accounts = places.map((place) => {
    const own = lines.filter((line) => isWithin(line.signal, place));
    for (const line of own) left.delete(line);
    return account(place, own);
  });
  return [...accounts.filter((each) => each.signals > 0), ...(left.size > 0 ? [account("", [...left])] : [])];
}
