/** Everything a person reads as a time of day is plant time in the plant's own time zone, whatever the browser's zone is. */
export interface TimeFormat {
  readonly clock: (epochMs: number) => string;
  readonly minute: (epochMs: number) => string;
  readonly dateTime: (epochMs: number) => string;
  readonly date: (epochMs: number) => string;
}

export function timeFormat(language: string, timeZone: string): TimeFormat {
  const of = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(language, { timeZone, hourCycle: "h23", ...options });
    return (epochMs: number) => format.format(epochMs);
  };
  const time = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  const day = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  return {
    clock: of(time),
    minute: of({ hour: "2-digit", minute: "2-digit" }),
    dateTime: of({ ...day, ...time, fractionalSecondDigits: 3 }),
    date: of({ weekday: "short", ...day }),
  };
}

/** `1:02:03` or `4:05`: how long something has lasted. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Age of a value, short enough for a table cell. */
export function age(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 1) return "< 1 s";
  if (seconds < 120) return `${Math.floor(seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h`;
}
