/** Numbers as the reader's language writes them. Four significant digits are more than a sensor is good for; counts stay whole. */
export interface NumberFormat {
  readonly value: (value: number) => string;
  readonly fixed: (value: number, digits: number) => string;
  readonly whole: (value: number) => string;
  readonly percent: (ratio: number | null) => string;
}

export function numberFormat(language: string): NumberFormat {
  const digits = [0, 1, 2, 3].map((n) => new Intl.NumberFormat(language, { minimumFractionDigits: n, maximumFractionDigits: n }));
  const fixed = (value: number, n: number) => digits[n]?.format(value) ?? String(value);
  return {
    fixed,
    whole: (value) => fixed(value, 0),
    value: (value) => (Number.isInteger(value) ? fixed(value, 0) : fixed(value, Math.abs(value) >= 100 ? 1 : 2)),
    percent: (ratio) => (ratio === null ? "–" : `${fixed(ratio * 100, 1)}\u00a0%`),
  };
}
