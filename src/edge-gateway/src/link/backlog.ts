/** Marks that are kept; above it every other one goes, so that a week's outage takes as much memory as a minute's. */
const mostMarks = 4096;

/**
 * How long what is not sent has waited. Rows carry the clocks of other machines, which may be wrong: what counts here is this process's own
 * monotonic clock, by marks of which sequences had come when. A figure is too high by the spacing of the marks at most.
 */
export class Backlog {
  /** Ascending: all sequences below `next`, and not below that of the mark before, came at `atMs` or a little later. */
  #marks: { readonly atMs: number; next: number }[] = [];
  #spacingMs = 100;

  /** @param next sequence after the last that is on disk. */
  arrived(nowMs: number, next: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && next <= last.next) return;
    if (last !== undefined && nowMs - last.atMs < this.#spacingMs) last.next = next;
    else this.#marks.push({ atMs: nowMs, next });
    if (this.#marks.length <= mostMarks) return;
    // The later one of a pair takes the time of the earlier one.
    this.#marks = this.#marks.flatMap((mark, index) => (index % 2 === 1 ? [{ atMs: (this.#marks[index - 1] as { atMs: number }).atMs, next: mark.next }] : index === this.#marks.length - 1 ? [mark] : []));
    this.#spacingMs *= 2;
  }

  /** Nobody will ask for these any more. */
  acknowledged(sequence: number): void {
    const first = this.#indexOf(sequence + 1);
    if (first > 0) this.#marks.splice(0, first);
    if (this.#marks.length < 2) this.#spacingMs = 100;
  }

  /** @returns milliseconds since this sequence came; 0 for one that has not come yet. */
  waitedMs(sequence: number, nowMs: number): number {
    const mark = this.#marks[this.#indexOf(sequence)];
    return mark === undefined ? 0 : Math.max(0, nowMs - mark.atMs);
  }

  /** Of the first mark that reaches beyond the sequence. */
  #indexOf(sequence: number): number {
    let [low, high] = [0, this.#marks.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#marks[middle] as { next: number }).next > sequence) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
