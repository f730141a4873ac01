/** What the core is told of a backlog: both 0 without one. */
export interface Standing {
  /** How long the oldest row that is not sent has waited. */
  readonly behindSeconds: number;
  /** Until nothing waits any more, at the pace of late; 0 where the backlog does not shrink, or nobody knows yet. */
  readonly levelInSeconds: number;
}

export const level: Standing = { behindSeconds: 0, levelInSeconds: 0 };

/** Looks that the pace is taken from; one comes with each tick, each second. */
const looks = 10;

/** When a backlog will be gone, by how it has shrunk over the last seconds. */
export class Pace {
  #seen: { readonly atMs: number; readonly rows: number }[] = [];

  /** @param rows that wait now. */
  look(nowMs: number, waitedMs: number, rows: number): Standing {
    this.#seen = [...this.#seen, { atMs: nowMs, rows }].slice(-looks);
    const first = this.#seen[0] as { atMs: number; rows: number };
    const shrunk = first.rows - rows;
    return { behindSeconds: waitedMs / 1000, levelInSeconds: shrunk > 0 ? ((rows / shrunk) * (nowMs - first.atMs)) / 1000 : 0 };
  }
}
