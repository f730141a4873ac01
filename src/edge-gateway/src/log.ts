export type LogLevel = "info" | "warn" | "error";
export type Log = (level: LogLevel, text: string) => void;

/** One line for each event on standard error: standard output is kept for the ready line. */
export const logToStderr: Log = (level, text) => {
  process.stderr.write(`${new Date().toISOString()} ${level} ${text.replaceAll("\n", " ")}\n`);
};
