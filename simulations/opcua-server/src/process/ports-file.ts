import { mkdir, readFile, rename, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** `DIR/run/ports.json` tells every process of one data folder where the others listen. */

const lockIsStaleAfterMilliseconds = 5000;
const longestWaitMilliseconds = 5000;

export async function readPort(data: string, name: string): Promise<number | null> {
  const ports = await readPorts(join(data, "run/ports.json"));
  const port = ports[name];
  return typeof port === "number" && port > 0 ? port : null;
}

export async function announcePort(data: string, name: string, port: number): Promise<void> {
  const file = join(data, "run/ports.json");
  await mkdir(join(data, "run"), { recursive: true });
  await takeLock(`${file}.lock`);
  try {
    const aside = `${file}.${process.pid}.new`;
    await writeFile(aside, JSON.stringify({ ...(await readPorts(file)), [name]: port }, null, 2) + "\n");
    await rename(aside, file);
  } finally {
    await unlink(`${file}.lock`);
  }
}

async function readPorts(file: string): Promise<Record<string, unknown>> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  const ports: unknown = JSON.parse(text);
  return typeof ports === "object" && ports !== null ? (ports as Record<string, unknown>) : {};
}

async function takeLock(file: string): Promise<void> {
  const giveUpAt = Date.now() + longestWaitMilliseconds;
  for (;;) {
    try {
      return await writeFile(file, String(process.pid), { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const age = await stat(file).then((lock) => Date.now() - lock.mtimeMs, () => 0);
    if (age > lockIsStaleAfterMilliseconds) await unlink(file).catch(() => undefined); // its maker died between two lines
    else if (Date.now() > giveUpAt) throw new Error(`another process has held ${file} for ${longestWaitMilliseconds / 1000} s; delete it if none is running`);
    await delay(20);
  }
}
