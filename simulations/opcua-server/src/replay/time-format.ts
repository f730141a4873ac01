import { zoneReader } from "./time-zone.js";

/** @returns microseconds since 1970 UTC; null for a text of another form. @param notBefore decides in the hour that a clock change repeats. */
export type ReadTime = (text: string, notBefore: number) => number | null;

const numbers: Readonly<Record<string, number>> = { seconds: 1e6, milliseconds: 1e3, microseconds: 1 };
const iso = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * @param format `iso`; `seconds`, `milliseconds` or `microseconds` since 1970; or a pattern of yyyy yy MMM MM M dd d HH H hh h tt mm m ss s f,
 * where everything else, and what stands between apostrophes, stands for itself.
 * @param zone IANA name of the zone that times without an offset are local to.
 * @throws RangeError for the zone, Error for the format.
 */
export function timeReader(format: string, zone: string): ReadTime {
  const toUtc = zoneReader(zone);
  const factor = numbers[format];
  if (factor !== undefined) return (text) => (/^[+-]?\d+([.,]\d+)?$/.test(text) ? Math.round(Number(text.replace(",", ".")) * factor) : null);
  if (format === "iso")
    return (text, notBefore) => {
      const match = iso.exec(text);
      if (match === null) return null;
      const [, year, month, day, hour, minute, second, fraction, offset] = match;
      const local = localMicros(Number(year), Number(month), Number(day), Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0), fraction ?? "");
      return local === null ? null : offset === undefined ? toUtc(local, notBefore) : local - offsetMicros(offset);
    };
  const pattern = compile(format);
  return (text, notBefore) => {
    const local = pattern(text);
    return local === null ? null : toUtc(local, notBefore);
  };
}

const tokens: Readonly<Record<string, string>> = {
  yyyy: "(\\d{4})", yy: "(\\d\\d)", MMM: "([A-Za-z]{3})", MM: "(\\d\\d)", M: "(\\d{1,2})", dd: "(\\d\\d)", d: "(\\d{1,2})",
  HH: "(\\d\\d)", H: "(\\d{1,2})", hh: "(\\d\\d)", h: "(\\d{1,2})", tt: "([AaPp][Mm])", mm: "(\\d\\d)", m: "(\\d{1,2})", ss: "(\\d\\d)", s: "(\\d{1,2})",
};

function compile(format: string): (text: string) => number | null {
  const order: string[] = [];
  const source = format.replaceAll(/'([^']*)'|yyyy|yy|MMM|MM|M|dd|d|HH|H|hh|h|tt|mm|m|ss|s|f+|[^]/g, (part, literal: string | undefined) => {
    const token = part.startsWith("f") ? "f" : part;
    if (literal !== undefined || (token !== "f" && tokens[token] === undefined)) return escaped(literal ?? part);
    order.push(token[0] === "h" ? "H" : token === "MMM" || token === "yy" || token === "tt" ? token : (token[0] as string));
    return token === "f" ? "(\\d{1,9})" : (tokens[token] as string);
  });
  const lacking = Object.entries({ year: "y", month: "M", day: "d" }).filter(([, letter]) => !order.some((token) => token.startsWith(letter))).map(([what]) => what);
  if (lacking.length > 0) throw new Error(`"${format}" is neither iso, seconds, milliseconds nor microseconds, and as a pattern it has no ${lacking.join(", no ")} (such as yyyy-MM-dd HH:mm:ss)`);
  if (new Set(order.map((token) => token[0])).size < order.length) throw new Error(`"${format}" has a part twice`);
  const expression = new RegExp(`^${source}$`);
  return (text) => {
    const match = expression.exec(text);
    if (match === null) return null;
    const part = (token: string): string | undefined => (order.includes(token) ? match[order.indexOf(token) + 1] : undefined);
    const short = Number(part("yy"));
    const year = part("y") === undefined ? short + (short < 70 ? 2000 : 1900) : Number(part("y"));
    const named = part("MMM");
    const month = named === undefined ? Number(part("M")) : months.indexOf(named.toLowerCase()) + 1;
    const half = part("tt")?.toLowerCase();
    const clock = Number(part("H") ?? 0);
    if (half !== undefined && (clock < 1 || clock > 12)) return null;
    const hour = half === undefined ? clock : (clock % 12) + (half === "pm" ? 12 : 0);
    return localMicros(year, month, Number(part("d")), hour, Number(part("m") ?? 0), Number(part("s") ?? 0), part("f") ?? "");
  };
}

/** Microseconds as if local time were UTC; null for a day or an hour that no calendar has. */
function localMicros(year: number, month: number, day: number, hour: number, minute: number, second: number, fraction: string): number | null {
  const whole = Date.UTC(year, month - 1, day, hour, minute, second);
  if (hour > 23 || minute > 59 || second > 59 || month < 1 || month > 12 || new Date(whole).getUTCDate() !== day) return null;
  return whole * 1000 + Number(fraction.padEnd(6, "0").slice(0, 6));
}

function offsetMicros(offset: string): number {
  if (offset === "Z") return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith("-") ? -1 : 1) * minutes * 60_000_000;
}

function escaped(literal: string): string {
  return literal.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
