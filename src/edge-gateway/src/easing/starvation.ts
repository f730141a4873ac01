/** Looks back over which the backlog has to have grown: a core that drains what a cut has left keeps us waiting too, and needs no relief. */
const looksBack = 10;

/** Tells when the core takes less than comes in. */
export class Starvation {
  readonly #backlogs: number[] = [];

  /** To be called at even intervals. @param waits samples are at hand and there is no credit for them. */
  look(waits: boolean, backlog: number): boolean {
    const before = this.#backlogs[0];
    this.#backlogs.push(backlog);
    if (this.#backlogs.length > looksBack) this.#backlogs.shift();
    return waits && before !== undefined && backlog > before;
  }
}
