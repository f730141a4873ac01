/** Why a command did not do what it was asked for; each code has the exit code that `twin` gives it everywhere. */
const exitCodes = { ERROR: 1, INVALID: 2, NOT_FOUND: 3, UNTRUSTED: 4, DENIED: 4, POLICY: 6, UNREACHABLE: 7, TIMEOUT: 8 } as const;
export type RefusalCode = keyof typeof exitCodes;

export class Refused extends Error {
  /** @param message what, where, why and the cure, in sentences for a person. */
  constructor(readonly code: RefusalCode, message: string) {
    super(message);
  }

  get exitCode(): number {
    return exitCodes[this.code];
  }

  static from(error: unknown): Refused {
    return error instanceof Refused ? error : new Refused("ERROR", firstLine(error));
  }
}

/** node-opcua explains over many lines; the first says what happened. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n").map((line) => line.trim()).find((line) => line !== "") ?? text;
}
