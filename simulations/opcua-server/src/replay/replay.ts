import { setTimeout as delay } from "node:timers/promises";
import { StatusCodes, type StatusCode } from "node-opcua";
import type { PlantListener, PlantSource } from "../plant/plant-source.js";
import type { PlantValue } from "../plant/protocol.js";
import { Pace } from "./pace.js";
import type { Recording } from "./recording.js";

/** Each second, as the virtual plant. */
const clockMilliseconds = 1000;
const progressMilliseconds = 10_000;
/** Told in one go; in between, the OPC UA servers get their turn. */
const mostValuesAtOnce = 2000;
/** Further behind than this, the recording goes on more slowly than it was asked to, and says so. */
const mostBehindMilliseconds = 1000;

export interface ReplayOptions {
  readonly name: string;
  readonly speed: number;
  readonly loop: boolean;
  readonly log: (text: string) => void;
}

/** Wall time, which a test makes pass itself. */
export interface WallTime {
  /** Monotonic milliseconds. */
  now(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const realTime: WallTime = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** A recording in place of a plant. It plays when somebody listens, so that no row is told to nobody. */
export class Replay implements PlantSource {
  readonly #stop = new AbortController();
  readonly #stopped = new Promise<void>((resolve) => this.#stop.signal.addEventListener("abort", () => resolve()));
  #waiting: PlantValue[] = [];
  /** Newest plant time that was told. */
  #told = -Infinity;
  #nextClock = -Infinity;
  #nextProgress = 0;
  #slippedMilliseconds = 0;

  constructor(private readonly recording: Recording, private readonly listener: PlantListener, private readonly options: ReplayOptions, private readonly time: WallTime = realTime) {}

  async run(): Promise<void> {
    const { recording, listener, options } = this;
    await listener.announced({ type: "plant", name: options.name, speed: options.speed, nodes: recording.nodes });
    listener.values(recording.first);
    options.log(`${recording.file} begins at plant time ${timeText(recording.start)} and plays at ${options.speed} × as soon as a client has subscribed`);
    await Promise.race([listener.attended(), this.#stopped]);
    await this.#play();
    if (this.#stop.signal.aborted) return;
    const what = `the recording has ended at plant time ${timeText(this.#told)}`;
    options.log(`${what}: ${this.#account()}. Its last values stay, marked as uncertain; end this process, or start it with --loop to begin again`);
    listener.lost(what);
    await this.#stopped;
  }

  close(): void {
    this.#stop.abort();
  }

  /** Nothing that was recorded can be changed. */
  write(): Promise<StatusCode> {
    return Promise.resolve(StatusCodes.BadNotWritable);
  }

  async #play(): Promise<void> {
    const { recording, time } = this;
    const pace = new Pace(recording.start, this.options.speed, time.now());
    this.#nextProgress = time.now() + progressMilliseconds;
    for (let later = 0; !this.#stop.signal.aborted; later += recording.length) {
      for await (const moments of recording.moments(later))
        for (const moment of moments) {
          // A row whose time lies before that of a row above it is not waited for: it is told at once, with its own time.
          if (pace.until(moment.micros, time.now()) > 0) await this.#waitFor(moment.micros, pace);
          if (this.#stop.signal.aborted) return;
          this.#told = Math.max(this.#told, moment.micros);
          this.#waiting.push(...moment.values);
          if (this.#waiting.length >= mostValuesAtOnce) await this.#breathe(pace);
        }
      this.#flush(this.#told);
      if (!this.options.loop) return;
    }
  }

  async #waitFor(micros: number, pace: Pace): Promise<void> {
    for (;;) {
      const now = this.time.now();
      const left = pace.until(micros, now);
      if (left <= 0 || this.#stop.signal.aborted) return;
      this.#flush(pace.plantAt(now));
      await this.time.wait(Math.min(left, this.#nextClock - now), this.#stop.signal);
    }
  }

  async #breathe(pace: Pace): Promise<void> {
    this.#flush(this.#told);
    await this.time.wait(0, this.#stop.signal);
    const now = this.time.now();
    const behind = -pace.until(this.#told, now);
    if (behind <= mostBehindMilliseconds) return;
    pace.slip(this.#told, now);
    this.#slippedMilliseconds += behind;
  }

  /** The values that wait, then the plant's time when it is due. @param plantMicros no values are missing before it. */
  #flush(plantMicros: number): void {
    if (this.#waiting.length > 0) this.listener.values(this.#waiting);
    this.#waiting = [];
    const now = this.time.now();
    if (now >= this.#nextClock) {
      this.#nextClock = now + clockMilliseconds;
      this.listener.clock({ plantMicros, speed: this.options.speed, heardAt: now });
    }
    if (now >= this.#nextProgress) {
      this.#nextProgress = now + progressMilliseconds;
      this.options.log(`plant time ${timeText(this.#told)}: ${this.#account()}`);
    }
  }

  #account(): string {
    const { rows, bad, wrong, untimed, backward } = this.recording.tally;
    const { progress } = this.recording;
    const some = (count: number, what: string): string[] => (count > 0 ? [`${count} ${what}`] : []);
    return [
      `${rows} rows`,
      ...(progress === null ? [] : [`${Math.floor(progress * 100)} % of the file`]),
      ...some(bad, `values Bad${wrong === null ? "" : ` (the first that is not of its type: ${wrong})`}`),
      ...some(untimed, "rows left out, since their time cannot be read"),
      ...some(backward, "rows with a time before that of a row above them"),
      ...(this.#slippedMilliseconds > 0 ? [`${(this.#slippedMilliseconds / 1000).toFixed(1)} s behind, since this machine plays it no faster`] : []),
    ].join(", ");
  }
}

function timeText(micros: number): string {
  return new Date(micros / 1000).toISOString();
}
