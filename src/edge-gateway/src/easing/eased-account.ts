/**
 * For how long each signal was sampled more slowly on purpose, added up since the buffer was made. The sums are told to the core with the
 * counts of samples, so that it does not matter which telling is lost; they are on disk, so that a start goes on from them.
 */
import { readFile } from "node:fs/promises";
import { replaceFile } from "../buffer/files.js";
import type { Gap } from "../samples/row.js";

/** Microseconds of plant time. */
interface Eased {
  readonly times: number;
  /** Begin of the first time. */
  readonly fromUs: number;
  /** End of the newest one that is over; 0 before. */
  readonly toUs: number;
  /** Length of those that are over. */
  readonly totalUs: number;
  /** Begin of the one that lasts; 0 for none. */
  readonly sinceUs: number;
  /** The slowest sampling that the server has given, milliseconds of wall time. */
  readonly samplingMs: number;
}

export type ToldEased = Eased & { readonly signal: number[] };

export class EasedAccount {
  readonly #signals: Map<number, Eased>;
  /** Sampling of the signals that are eased now, milliseconds. */
  readonly #now = new Map<number, number>();
  #saving: Promise<void> = Promise.resolve();
  #unsaved = false;
  #told = "";

  private constructor(private readonly path: string, private readonly bufferId: string, known: Iterable<readonly [number, Eased]>, private readonly log: (text: string) => void) {
    this.#signals = new Map(known);
  }

  /** @param last source time of the newest row of each signal: what was eased when the gateway was killed ended there. */
  static async open(path: string, bufferId: string, last: ReadonlyMap<number, number>, log: (text: string) => void): Promise<EasedAccount> {
    const account = new EasedAccount(path, bufferId, await read(path, bufferId, log), log);
    for (const [signal, { sinceUs }] of account.#signals) if (sinceUs > 0) account.#end(signal, Math.max(sinceUs, last.get(signal) ?? 0));
    return account;
  }

  /** @param eased of these signals the ones that are sampled more slowly from now on, and the interval that the server gave, milliseconds. */
  set(signals: readonly number[], eased: ReadonlyMap<number, number>, nowUs: number): void {
    let changed = false;
    for (const signal of signals) {
      const samplingMs = eased.get(signal);
      if (this.#now.get(signal) === samplingMs) continue;
      changed = true;
      const was = this.#signals.get(signal);
      if (samplingMs === undefined) this.#end(signal, nowUs);
      else {
        this.#now.set(signal, samplingMs);
        const begins = was === undefined || was.sinceUs === 0;
        this.#signals.set(signal, {
          times: (was?.times ?? 0) + (begins ? 1 : 0), fromUs: was?.fromUs ?? nowUs, toUs: was?.toUs ?? 0, totalUs: was?.totalUs ?? 0,
          sinceUs: begins ? nowUs : was.sinceUs, samplingMs: Math.max(was?.samplingMs ?? 0, samplingMs),
        });
      }
    }
    if (changed) this.#save();
  }

  #end(signal: number, nowUs: number): void {
    this.#now.delete(signal);
    const was = this.#signals.get(signal) as Eased;
    const toUs = Math.max(nowUs, was.sinceUs);   // a plant's clock may be set back
    this.#signals.set(signal, { ...was, toUs, totalUs: was.totalUs + toUs - was.sinceUs, sinceUs: 0 });
  }

  /** The slowest of the signals that are eased now, milliseconds; 0 for none. */
  slowestOf(signals: ReadonlySet<number>): number {
    let slowest = 0;
    for (const [signal, samplingMs] of this.#now) if (signals.has(signal)) slowest = Math.max(slowest, samplingMs);
    return slowest;
  }

  /** Signals of which the same is true stand together. */
  get told(): ToldEased[] {
    const together = new Map<string, ToldEased>();
    for (const [signal, eased] of this.#signals) {
      const key = Object.values(eased).join(" ");
      const same = together.get(key);
      if (same === undefined) together.set(key, { ...eased, signal: [signal] });
      else same.signal.push(signal);
    }
    return [...together.values()];
  }

  /** A gap is counted by the clock: of what was eased, fewer samples were due in it. @param speed plant seconds per wall second. */
  counted(gaps: readonly Gap[], speed: number): readonly Gap[] {
    if (this.#now.size === 0) return gaps;
    return gaps.flatMap((gap) => {
      const bySampling = new Map<number, number[]>();
      for (const signal of gap.signals) {
        const samplingMs = this.#now.get(signal) ?? 0;
        bySampling.set(samplingMs, [...(bySampling.get(samplingMs) ?? []), signal]);
      }
      return [...bySampling].map(([samplingMs, signals]) => ({ ...gap, signals, ...(samplingMs > 0 ? { samplingUs: Math.round(samplingMs * 1000 * speed) } : {}) }));
    });
  }

  /** What was set is on disk, or the log says why not. */
  saved(): Promise<void> {
    return this.#saving;
  }

  /** A disk that was full may have room by now. */
  retry(): void {
    if (this.#unsaved) this.#save();
  }

  #save(): void {
    this.#unsaved = false;
    const content = JSON.stringify({ bufferId: this.bufferId, signals: [...this.#signals] });
    this.#saving = this.#saving.then(() => replaceFile(this.path, content))
      .catch((error: Error) => {
        this.#unsaved = true;
        if (error.message !== this.#told) this.log(`${this.path} cannot be written (${error.message}): a restart now would forget since when signals are eased; it is tried again each second`);
        this.#told = error.message;
      });
  }
}

/** Of another buffer it tells nothing: the core's account of this one began with it. */
async function read(path: string, bufferId: string, log: (text: string) => void): Promise<[number, Eased][]> {
  try {
    const stored = JSON.parse(await readFile(path, "utf8")) as { bufferId: string; signals: [number, Eased][] };
    return stored.bufferId === bufferId ? stored.signals : [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") log(`${path} cannot be read (${(error as Error).message}): for how long signals were eased is counted anew`);
    return [];
  }
}
