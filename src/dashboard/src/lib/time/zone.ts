/** `2026-01-05T09:30:00`, the plant's clock at that moment: what a date field shows, and what {@link fromPlantClock} reads. */
export function toPlantClock(epochMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(epochMs);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/**
 * The moment at which the plant's clock shows this; null for what is no time. An hour that comes twice in autumn is its first,
 * one that is skipped in spring is as far behind the change as it is behind the hour's beginning.
 */
export function fromPlantClock(text: string, timeZone: string): number | null {
  const wall = Date.parse(`${text}Z`);
  if (Number.isNaN(wall)) return null;
  const shown = (epochMs: number) => Date.parse(`${toPlantClock(epochMs, timeZone)}Z`);
  const day = 86_400_000;
  // The zone is one of the two offsets that hold a day before and a day after; the earlier moment that shows the text is meant.
  const candidates = [wall - day, wall + day].map((near) => wall - (shown(near) - Math.floor(near / 1000) * 1000));
  const exact = candidates.filter((moment) => shown(moment) === wall - (wall % 1000));
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}
