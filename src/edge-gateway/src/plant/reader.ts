/** Path of a member as a person would write it: `$.equipmentClasses["weld gun"].signals`. */
export function field(path: string, name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
}

type Members = Record<string, unknown>;

/** Reads members of parsed JSON and notes each fault with its path, so that one run shows them all. */
export class Reader {
  constructor(private readonly faults: string[]) {}

  fault(path: string, reason: string): void {
    this.faults.push(`${path}: ${reason}`);
  }

  object(value: unknown, path: string): Members | undefined {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Members;
    this.fault(path, `has to be an object, is ${shown(value)}`);
    return undefined;
  }

  /** The objects of an array member with the path of each. */
  objects(from: Members, name: string, path: string): [Members, string][] {
    const at = field(path, name);
    const value = from[name];
    if (!Array.isArray(value)) {
      this.fault(at, `has to be an array, is ${shown(value)}`);
      return [];
    }
    return value.flatMap((item: unknown, index): [Members, string][] => {
      const element = this.object(item, `${at}[${index}]`);
      return element === undefined ? [] : [[element, `${at}[${index}]`]];
    });
  }

  string(from: Members, name: string, path: string): string | undefined {
    const value = from[name];
    if (typeof value === "string" && value.length > 0) return value;
    this.fault(field(path, name), `has to be a text that is not empty, is ${shown(value)}`);
    return undefined;
  }

  optionalString(from: Members, name: string, path: string): string | undefined {
    return from[name] === undefined || from[name] === null ? undefined : this.string(from, name, path);
  }

  /** A part of an id: letters, digits, `-` and `_`, as ids are joined by dots. */
  identifier(from: Members, name: string, path: string): string | undefined {
    const value = this.string(from, name, path);
    if (value === undefined || /^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(value)) return value;
    this.fault(field(path, name), `"${value}" may hold letters, digits, "-" and "_" only`);
    return undefined;
  }

  node(from: Members, name: string, path: string): string {
    const value = this.string(from, name, path);
    if (value !== undefined && !/^nsu=[^;]+;[sigb]=.+$/.test(value)) {
      this.fault(field(path, name), `"${value}" is not of the form nsu=<namespace URI>;s=<identifier>`);
    }
    return value ?? "?";
  }

  oneOf<T extends string>(from: Members, name: string, path: string, allowed: readonly T[]): T | undefined {
    const value = from[name];
    const found = allowed.find((candidate) => candidate === value);
    if (found === undefined) this.fault(field(path, name), `has to be one of ${allowed.join(", ")}, is ${shown(value)}`);
    return found;
  }

  /** A lower and a higher number. */
  range(from: Members, name: string, path: string): [number, number] | undefined {
    const value = from[name];
    if (value === undefined) return undefined;
    const [low, high] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
    if (typeof low === "number" && typeof high === "number" && low < high) return [low, high];
    this.fault(field(path, name), `has to be two numbers, the lower one first, is ${shown(value)}`);
    return undefined;
  }

  /** `low` and `high` of a setpoint; what is wrong with them the core says. */
  limits(from: Members): [number, number] | undefined {
    const { low, high } = from;
    return typeof low === "number" && typeof high === "number" ? [low, high] : undefined;
  }

  texts(from: Members, name: string, path: string): Readonly<Record<string, string>> | undefined {
    if (from[name] === undefined) return undefined;
    const value = this.object(from[name], field(path, name));
    if (value === undefined) return undefined;
    const wrong = Object.entries(value).filter(([number, text]) => !/^-?\d+$/.test(number) || typeof text !== "string");
    for (const [number] of wrong) this.fault(field(field(path, name), number), "has to be a text under a whole number, as in {\"0\": \"Stopped\"}");
    return wrong.length === 0 ? (value as Record<string, string>) : undefined;
  }

  positive(from: Members, name: string, path: string): number | undefined {
    const value = from[name];
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    this.fault(field(path, name), `has to be a number above 0, is ${shown(value)}`);
    return undefined;
  }
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
