const dayMicros = 86_400_000_000;
/** Offsets change at a quarter of an hour, everywhere. */
const stepMicros = 900_000_000;
const mostSteps = 1000;

/**
 * From local to universal time. In the hour that the clock change in autumn repeats, the first reading is taken unless that lies before
 * `notBefore`; a time that the change in spring leaves out is read with the offset before it.
 * @throws RangeError for a zone that this machine does not know.
 */
export function zoneReader(zone: string): (localMicros: number, notBefore: number) => number {
  if (zone === "UTC") return (local) => local;
  const offset = offsets(zone);
  return (local, notBefore) => {
    const [before, after] = [offset(local - dayMicros), offset(local + dayMicros)];
    if (before === after) return local - before;
    const possible = [local - before, local - after].filter((utc) => local - utc === offset(utc)).sort((one, other) => one - other);
    return possible.find((utc) => utc >= notBefore) ?? possible.at(-1) ?? local - before;
  };
}

function offsets(zone: string): (utcMicros: number) => number {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" });
  } catch {
    throw new RangeError(`"${zone}" is no time zone that this machine knows; write an IANA name such as Europe/Berlin`);
  }
  const known = new Map<number, number>();
  return (utcMicros) => {
    const step = Math.floor(utcMicros / stepMicros);
    let found = known.get(step);
    if (found === undefined) {
      if (known.size >= mostSteps) known.clear();
      const milliseconds = (step * stepMicros) / 1000;
      const parts = Object.fromEntries(format.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
      found = (Date.UTC(parts["year"] ?? 0, (parts["month"] ?? 1) - 1, parts["day"], parts["hour"], parts["minute"], parts["second"]) - milliseconds) * 1000;
      known.set(step, found);
    }
    return found;
  };
}
