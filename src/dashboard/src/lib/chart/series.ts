import type { HistorySeries, Quality } from "../api/types";

/** More points than a chart has pixels cost time and show nothing. */
const most = 4000;

/**
 * One signal over a sliding window: history first, then the live tail. Columns in time order. Where the quality is not
 * good or uncertain there is no value, so a drawn line has a gap there.
 */
export class Series {
  readonly t: number[] = [];
  readonly v: (number | null)[] = [];
  readonly min: (number | null)[] = [];
  readonly max: (number | null)[] = [];
  readonly q: Quality[] = [];

  /** Takes what the API knew; what the stream told meanwhile and the API did not yet know stays behind it. */
  load(history: HistorySeries): void {
    const tail = this.t.map((t, i) => ({ t, v: this.v[i] ?? null, q: this.q[i] ?? "bad" }));
    for (const column of [this.t, this.v, this.min, this.max, this.q]) column.length = 0;
    for (const point of history.points) this.add(point.t, typeof point.v === "number" ? point.v : null, point.q, point.min, point.max);
    for (const point of tail) this.push(point.t, point.v, point.q);
  }

  /** A value that is not newer than the last is late or here twice. */
  push(t: number, v: number | null, q: Quality): void {
    if (t <= (this.t.at(-1) ?? -Infinity)) return;
    this.add(t, v, q, v, v);
    if (this.t.length > most) this.halve();
  }

  dropBefore(t: number): void {
    let n = 0;
    while (n + 1 < this.t.length && (this.t[n + 1] ?? Infinity) < t) n++;   // one point before the window keeps the line going to its edge
    if (n > 0) for (const column of [this.t, this.v, this.min, this.max, this.q]) column.splice(0, n);
  }

  private add(t: number, v: number | null, q: Quality, min: number | null, max: number | null): void {
    const known = usable(q);
    this.t.push(t);
    this.v.push(known ? v : null);
    this.min.push(known ? min : null);
    this.max.push(known ? max : null);
    this.q.push(q);
  }

  /** Merges the older half pairwise: the band keeps every extreme. */
  private halve(): void {
    const half = Math.floor(this.t.length / 4) * 2;
    let to = 0;
    for (let i = 0; i < this.t.length; i += i < half ? 2 : 1, to++) {
      const j = i < half ? i + 1 : i;
      this.t[to] = this.t[j] ?? 0;
      this.v[to] = this.v[j] ?? null;
      this.min[to] = pick(Math.min, this.min[i], this.min[j]);
      this.max[to] = pick(Math.max, this.max[i], this.max[j]);
      this.q[to] = usable(this.q[i] ?? "bad") ? this.q[j] ?? "bad" : this.q[i] ?? "bad";
    }
    for (const column of [this.t, this.v, this.min, this.max, this.q]) column.length = to;
  }
}

const usable = (q: Quality) => q === "good" || q === "uncertain";

const pick = (choose: (a: number, b: number) => number, a: number | null | undefined, b: number | null | undefined): number | null =>
  a == null ? b ?? null : b == null ? a : choose(a, b);

export interface Gap { readonly from: number; readonly to: number }

/** Stretches without a usable value: bad or stale ones, and silences longer than `silence` ms. An end that is silent until `now` is one too. */
export function gaps(series: Pick<Series, "t" | "q">, silence: number, now: number): readonly Gap[] {
  const found: { from: number; to: number }[] = [];
  const note = (from: number, to: number) => {
    const last = found.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else found.push({ from, to });
  };
  series.t.forEach((t, i) => {
    const next = series.t[i + 1] ?? now;
    if (!usable(series.q[i] ?? "bad") || next - t > silence) note(t, next);
  });
  return found;
}

/** Columns to draw, with a hole wherever a silence would otherwise be bridged by a line. */
export function drawn(series: Series, silence: number): [number[], (number | null)[], (number | null)[], (number | null)[]] {
  const [t, v, min, max]: [number[], (number | null)[], (number | null)[], (number | null)[]] = [[], [], [], []];
  series.t.forEach((time, i) => {
    const before = series.t[i - 1];
    if (before !== undefined && time - before > silence) { t.push(before + 1); v.push(null); min.push(null); max.push(null); }
    t.push(time); v.push(series.v[i] ?? null); min.push(series.min[i] ?? null); max.push(series.max[i] ?? null);
  });
  return [t, max, min, v];
}
