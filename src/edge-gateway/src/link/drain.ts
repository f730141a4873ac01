/**
 * How many rows of a backlog may be sent now: two for each that comes in, and no fewer than a floor allows. So the backlog shrinks by as much
 * as comes in at least, whatever comes, and a core gets no more than twice its usual load, or that floor.
 * A record is sent whole once anything may be sent; what it has too much is owed.
 */
export class Drain {
  #mayBeSent = 0;

  /** @param next sequence after the last that is on disk. */
  constructor(private readonly rowsPerSecond: number, private atMs: number, private next: number) {}

  /** Rows by the floor that may be saved up, for timers that fire late. */
  get burst(): number {
    return this.rowsPerSecond / 10;
  }

  /** There is no backlog, or no credit: what could have been sent is not saved up. */
  rest(nowMs: number, next: number): void {
    this.#mayBeSent = Math.min(this.#mayBeSent, 0);
    this.atMs = nowMs;
    this.next = next;
  }

  /** @returns whether a record of the backlog may be sent. */
  allows(nowMs: number, next: number): boolean {
    const byTheFloor = Math.min(this.#mayBeSent + ((nowMs - this.atMs) / 1000) * this.rowsPerSecond, Math.max(this.#mayBeSent, this.burst));
    this.#mayBeSent = Math.max(byTheFloor, this.#mayBeSent + 2 * (next - this.next));
    this.atMs = nowMs;
    this.next = next;
    return this.#mayBeSent > 0;
  }

  sent(rows: number): void {
    this.#mayBeSent -= rows;
  }
}
