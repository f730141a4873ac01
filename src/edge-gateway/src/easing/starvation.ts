/** Looks back over which the backlog has to have grown: a core that drains what a cut has left keeps us waiting too, and needs no relief. */
const looksBack = 10;
/** Of these so many have to have seen a wait: credit comes in bursts, and between two of them nobody waits, however slow the core is. */
const leastWaits = 3;

/** Tells when the core takes less than comes in. */
export class Starvation {
  #looks: { readonly waited: boolean; readonly backlog: number }[] = [];

  /** To be called at even intervals. @param waited since the look before, samples were at hand and there was no credit for them; undefined without a link: what piles up then says nothing of the core. */
  look(waited: boolean | undefined, backlog: number): boolean {
    if (waited === undefined) {
      this.#looks = [];
      return false;
    }
    const before = this.#looks[0];
    this.#looks.push({ waited, backlog });
    if (this.#looks.length > looksBack) this.#looks.shift();
    return before !== undefined && backlog > before.backlog && this.#looks.filter((look) => look.waited).length >= leastWaits;
  }
}
