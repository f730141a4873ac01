export type Level = "info" | "warn" | "error";

export function log(level: Level, text: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${text}\n`);
}
