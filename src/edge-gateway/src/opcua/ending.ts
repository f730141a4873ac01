/** The first reason why a connection has to end. */
export class Ending {
  readonly reason: Promise<string>;
  #ended: string | undefined;
  #resolve!: (reason: string) => void;
  readonly #stopped = () => this.because("the gateway ends");

  constructor(private readonly stop: AbortSignal) {
    this.reason = new Promise((resolve) => { this.#resolve = resolve; });
    stop.addEventListener("abort", this.#stopped);
    if (stop.aborted) this.#stopped();
  }

  because(reason: string): void {
    this.stop.removeEventListener("abort", this.#stopped);
    this.#ended ??= reason;
    this.#resolve(this.#ended);
  }

  get ended(): boolean {
    return this.#ended !== undefined;
  }

  throwIfEnded(): void {
    if (this.#ended !== undefined) throw new Error(this.#ended);
  }
}
