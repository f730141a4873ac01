import type { DataValue } from "node-opcua";
import type { Log } from "../log.js";
import type { EndpointDefinition } from "../plant/definition.js";
import { runConnection, usualPeriods, type Access, type Item, type Monitoring } from "./connection.js";
import { expiryOf, ExpiryStages } from "./expiry.js";
import { SamplingWish } from "./sampling-wish.js";
import { UntrustedServer } from "./server-certificate.js";
import { ServerLimit } from "./server-limits.js";

export interface EndpointStatus {
  readonly name: string;
  readonly state: "connected" | "connecting" | "untrusted" | "failed";
  /** One sentence for a person. */
  readonly detail: string;
  /** End of the certificate that the server showed at the newest connection; 0 before the first. */
  readonly serverCertificateUntilUs: number;
}

export interface EndpointEvents {
  values(index: readonly number[], values: readonly DataValue[]): void;
  /** What the server samples more slowly than it could from now on, because it was asked to: milliseconds by item. */
  sampling?(eased: ReadonlyMap<number, number>): void;
  /** From now on nothing of this endpoint is observed. */
  lost(): void;
}

const firstRetryMs = 250;
const longestRetryMs = 1000;
/** A server that has no room is not given more to do. */
const longestLimitRetryMs = 30_000;

/** Keeps one endpoint connected: a new connection, made from nothing, after each loss. */
export class Endpoint {
  #state: EndpointStatus["state"] = "connecting";
  #detail: string;
  #certificateUntil: Date | undefined;
  readonly #stages = new ExpiryStages();
  #running: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  #lastLogged = "";
  readonly #wish = new SamplingWish();
  /** Not empty while some is eased, or could not be changed. */
  #sampling = "";

  constructor(
    private readonly definition: EndpointDefinition, private readonly items: readonly Item[], private readonly access: Access,
    private readonly events: EndpointEvents, private readonly log: Log, private readonly periods = usualPeriods,
  ) {
    this.#detail = `connecting to ${definition.url}`;
  }

  /** @param warnings what concerns all endpoints. */
  status(now: Date, warnings: readonly string[] = []): EndpointStatus {
    const expiry = this.#certificateUntil === undefined ? undefined : expiryOf(this.#certificateUntil, now);
    const own = expiry === undefined ? [] : [`the server's certificate ${expiry.text}; give the server a new one before, then trust it here`];
    if (this.#stages.reached(expiry)) for (const warning of own) this.log("warn", `endpoint ${this.definition.name}: ${warning}`);
    return { name: this.definition.name, state: this.#state, detail: [this.#detail, ...(this.#state === "connected" && this.#sampling !== "" ? [this.#sampling] : []), ...own, ...warnings].join("; "), serverCertificateUntilUs: (this.#certificateUntil?.getTime() ?? 0) * 1000 };
  }

  /** @param samplingMs of each item; 0 for as fast as the server can. Of a connection there is, and of those to come. */
  ease(samplingMs: (index: number) => number): void {
    this.#wish.set(samplingMs);
  }

  start(): void {
    this.#running = this.#keepConnected();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #keepConnected(): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      let longestMs = longestRetryMs;
      try {
        const reason = await runConnection(this.definition, this.items, this.access, this.#wish, {
          monitoring: (state) => {
            retryMs = firstRetryMs;
            this.#monitoring(state);
          },
          sampling: (eased, refused) => this.#sampled(eased, refused),
          values: (index, values) => this.events.values(index, values),
        }, signal, this.periods);
        this.events.lost();
        if (signal.aborted) return;
        this.#report("connecting", `lost the server at ${this.definition.url}: ${reason}; connecting anew`, "warn");
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ServerLimit) longestMs = longestLimitRetryMs;
        const text = `${this.definition.url}: ${(error as Error).message.split("\n")[0]}`;
        this.#report(error instanceof UntrustedServer ? "untrusted" : "failed", text, "warn");
      }
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, longestMs);
    }
  }

  #monitoring({ failed, subscriptions, certificateUntil }: Monitoring): void {
    this.#certificateUntil = certificateUntil;
    for (const one of failed) this.log("warn", `endpoint ${this.definition.name}: ${one} cannot be monitored; tried again each minute`);
    const more = failed.length > 3 ? ` and ${failed.length - 3} more` : "";
    const split = subscriptions > 1 ? ` in ${subscriptions} subscriptions` : "";
    this.#report("connected", failed.length === 0
      ? `${this.items.length} nodes of ${this.definition.url} monitored${split}`
      : `${this.items.length - failed.length} of ${this.items.length} nodes of ${this.definition.url} monitored${split}, not ${failed.slice(0, 3).join(", ")}${more}`, "info");
  }

  #sampled(eased: ReadonlyMap<number, number>, refused: readonly string[]): void {
    const more = refused.length > 3 ? ` and ${refused.length - 3} more` : "";
    const sampling = [
      ...(eased.size > 0 ? [easedText(eased, this.items.length)] : []),
      ...(refused.length > 0 ? [`the server did not change the sampling of ${refused.slice(0, 3).join(", ")}${more}; asked again each minute`] : []),
    ].join("; ");
    if (sampling !== this.#sampling) this.log(refused.length > 0 ? "warn" : "info", `endpoint ${this.definition.name}: ${sampling === "" ? "no node is eased any more" : sampling}`);
    this.#sampling = sampling;
    this.events.sampling?.(eased);
  }

  /** The state is always kept; the log gets each sentence once until another comes. */
  #report(state: EndpointStatus["state"], detail: string, level: "info" | "warn"): void {
    this.#state = state;
    this.#detail = detail;
    if (detail !== this.#lastLogged) this.log(level, `endpoint ${this.definition.name}: ${detail}`);
    this.#lastLogged = detail;
  }
}

export function easedText(eased: ReadonlyMap<number, number>, items: number): string {
  // A loop: more arguments than a call takes are less than a large endpoint has.
  let slowestMs = 0;
  for (const samplingMs of eased.values()) slowestMs = Math.max(slowestMs, samplingMs);
  return `eased: ${eased.size} of ${items} nodes sampled each ${slowestMs / 1000} s at the slowest`;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, milliseconds);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
  });
}
