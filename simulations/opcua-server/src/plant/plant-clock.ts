/** What the plant last said of its clock, and when (monotonic milliseconds) we heard it. */
export interface ClockReading {
  readonly plantMicros: number;
  readonly speed: number;
  readonly heardAt: number;
}

/** The plant says its time once per wall second; when it has said nothing for two, its clock is taken to stand still. */
const longestSilenceMilliseconds = 2000;

/** Plant time in microseconds at a monotonic moment: anchor + speed × wall. */
export function plantTimeAt(reading: ClockReading, now: number): number {
  const elapsed = Math.min(Math.max(now - reading.heardAt, 0), longestSilenceMilliseconds);
  return Math.round(reading.plantMicros + reading.speed * elapsed * 1000);
}

/**
 * Plant time to tell after `told`: it waits where a reading lies a little behind, since each is carried on by a guess. A step back that
 * no silence explains is a plant set up anew, and is followed.
 */
export function steadyTime(told: number, micros: number, speed: number): number {
  return told - micros > speed * longestSilenceMilliseconds * 1000 ? micros : Math.max(told, micros);
}
