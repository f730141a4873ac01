/**
 * Reads one object of parsed JSON and notes each fault with its path, so that one run shows them all. After a fault it goes on with
 * a stand-in: what was read is thrown away as a whole when there is any fault.
 */
export class Members {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>();

  constructor(value: unknown, readonly path: string, private readonly faults: string[]) {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isObject) faults.push(`${path}: has to be an object, is ${shown(value)}`);
    this.#members = isObject ? (value as Record<string, unknown>) : {};
  }

  fault(name: string, reason: string): void {
    this.faults.push(`${this.path}.${name}: ${reason}`);
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  text(name: string): string {
    const value = this.#value(name);
    if (typeof value === "string" && value !== "") return value;
    this.fault(name, `has to be a text that is not empty, is ${shown(value)}`);
    return "?";
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#value(name) ?? otherwise;
    if (typeof value === "boolean") return value;
    this.fault(name, `has to be true or false, is ${shown(value)}`);
    return otherwise;
  }

  above0(name: string): number {
    const value = this.#value(name);
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    this.fault(name, `has to be a number above 0, is ${shown(value)}`);
    return 1;
  }

  /** A whole number from 0. */
  index(name: string, otherwise?: number): number {
    const value = this.#value(name) ?? otherwise;
    if (Number.isInteger(value) && (value as number) >= 0) return value as number;
    this.fault(name, `has to be a whole number from 0, is ${shown(value)}`);
    return 0;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], otherwise: T): T {
    const value = this.#value(name) ?? otherwise;
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.fault(name, `has to be one of ${allowed.map((one) => JSON.stringify(one)).join(", ")}, is ${shown(value)}`);
    return found ?? otherwise;
  }

  texts(name: string, otherwise: readonly string[]): readonly string[] {
    const value = this.#value(name) ?? otherwise;
    if (Array.isArray(value) && value.every((item): item is string => typeof item === "string")) return value;
    this.fault(name, `has to be a list of texts, is ${shown(value)}`);
    return otherwise;
  }

  /** Name of a column, or its place: 0 is the first. */
  column(name: string): string | number {
    const value = this.#value(name);
    if (isColumn(value)) return value;
    this.fault(name, `has to be the name of a column, or its place counted from 0, is ${shown(value)}`);
    return 0;
  }

  /** One column or a list of them. */
  columns(name: string): readonly (string | number)[] {
    const value = this.#value(name);
    return Array.isArray(value) && value.length > 0 && value.every(isColumn) ? value : [this.column(name)];
  }

  /** Lowest and highest. */
  range(name: string): readonly [low: number, high: number] {
    const value = this.#value(name);
    if (Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "number") && (value[0] as number) < (value[1] as number)) return value as unknown as readonly [number, number];
    this.fault(name, `has to be two numbers, the lower one first, is ${shown(value)}`);
    return [0, 1];
  }

  object(name: string): Members {
    return new Members(this.#value(name), `${this.path}.${name}`, this.faults);
  }

  objects(name: string): readonly Members[] {
    const value = this.#value(name);
    if (Array.isArray(value) && value.length > 0) return value.map((item: unknown, at) => new Members(item, `${this.path}.${name}[${at}]`, this.faults));
    this.fault(name, `has to be a list with at least one object, is ${shown(value)}`);
    return [];
  }

  /** A mistyped member would be ignored in silence: whatever was not asked for is a fault. To be called last. */
  nothingElse(): void {
    for (const name of Object.keys(this.#members)) if (!this.#asked.has(name)) this.fault(name, `is not known here; known are ${[...this.#asked].join(", ")}`);
  }

  #value(name: string): unknown {
    this.#asked.add(name);
    return this.#members[name];
  }
}

function isColumn(value: unknown): value is string | number {
  return (typeof value === "string" && value !== "") || (Number.isInteger(value) && (value as number) >= 0);
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
