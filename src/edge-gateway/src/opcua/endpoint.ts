import type { DataValue } from "node-opcua";
import type { Log } from "../log.js";
import type { EndpointDefinition } from "../plant/definition.js";
import { runConnection, UntrustedServer, type Item } from "./connection.js";
import type { Pki } from "./trust-list.js";

export interface EndpointStatus {
  readonly name: string;
  readonly state: "connected" | "connecting" | "untrusted" | "failed";
  /** One sentence for a person. */
  readonly detail: string;
}

export interface EndpointEvents {
  values(index: readonly number[], values: readonly DataValue[]): void;
  /** From now on nothing of this endpoint is observed. */
  lost(): void;
}

const firstRetryMs = 250;
const longestRetryMs = 1000;

/** Keeps one endpoint connected: a new connection, made from nothing, after each loss. */
export class Endpoint {
  #status: EndpointStatus;
  #running: Promise<void> = Promise.resolve();
  readonly #stop = new AbortController();
  #lastLogged = "";

  constructor(
    private readonly definition: EndpointDefinition, private readonly items: readonly Item[], private readonly pki: Pki, private readonly password: string,
    private readonly events: EndpointEvents, private readonly trustCommand: (thumbprint: string) => string, private readonly log: Log,
  ) {
    this.#status = { name: definition.name, state: "connecting", detail: `connecting to ${definition.url}` };
  }

  get status(): EndpointStatus {
    return this.#status;
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
      try {
        const reason = await runConnection(this.definition, this.items, this.pki, this.password, {
          connected: (failed) => {
            retryMs = firstRetryMs;
            this.#connected(failed);
          },
          values: (index, values) => this.events.values(index, values),
        }, signal, this.trustCommand);
        this.events.lost();
        if (signal.aborted) return;
        this.#report("connecting", `lost the server at ${this.definition.url}: ${reason}; connecting anew`, "warn");
      } catch (error) {
        if (signal.aborted) return;
        const text = `${this.definition.url}: ${(error as Error).message.split("\n")[0]}`;
        this.#report(error instanceof UntrustedServer ? "untrusted" : "failed", text, "warn");
      }
      await pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  #connected(failed: readonly string[]): void {
    for (const one of failed) this.log("warn", `endpoint ${this.definition.name}: ${one} cannot be monitored`);
    const more = failed.length > 3 ? ` and ${failed.length - 3} more` : "";
    this.#report("connected", failed.length === 0
      ? `${this.items.length} nodes of ${this.definition.url} monitored`
      : `${this.items.length - failed.length} of ${this.items.length} nodes of ${this.definition.url} monitored, not ${failed.slice(0, 3).join(", ")}${more}`, "info");
  }

  /** The state is always kept; the log gets each sentence once until another comes. */
  #report(state: EndpointStatus["state"], detail: string, level: "info" | "warn"): void {
    this.#status = { name: this.definition.name, state, detail };
    if (detail !== this.#lastLogged) this.log(level, `endpoint ${this.definition.name}: ${detail}`);
    this.#lastLogged = detail;
  }
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
