/** The value, or a failed test where there is none. */
export function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("expected a value, there is none");
  return value;
}
