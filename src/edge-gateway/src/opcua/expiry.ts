const dayMs = 24 * 60 * 60 * 1000;
const stages = [3, 14, 30];

export interface Expiry {
  /** 30, 14 or 3 days before the end, 0 after it. */
  readonly stage: number;
  readonly text: string;
}

/** @returns nothing while there are more than 30 days left. */
export function expiryOf(until: Date, now: Date): Expiry | undefined {
  const leftMs = until.getTime() - now.getTime();
  const date = until.toISOString().slice(0, 10);
  if (leftMs <= 0) return { stage: 0, text: `has ended on ${date}` };
  const stage = stages.find((days) => leftMs <= days * dayMs);
  if (stage === undefined) return undefined;
  const days = Math.floor(leftMs / dayMs);
  return { stage, text: `ends on ${date}, in ${days === 0 ? "less than a day" : days === 1 ? "1 day" : `${days} days`}` };
}

/** Lets each stage be logged once, however often it is looked at. */
export class ExpiryStages {
  #last = Infinity;

  /** @returns whether this stage is reached just now; a renewed certificate starts anew. */
  reached(expiry: Expiry | undefined): boolean {
    const stage = expiry?.stage ?? Infinity;
    const news = stage < this.#last;
    this.#last = stage;
    return news;
  }
}
