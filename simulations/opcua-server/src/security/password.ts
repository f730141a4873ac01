import { createHash, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The password that the gateway shows; whoever finds it missing makes it.
 * Written aside and linked into place, so that nobody ever reads half of it and two makers cannot both win.
 */
export async function sharedPassword(file: string): Promise<string> {
  const present = await readFile(file, "utf8").catch(() => null);
  if (present !== null) return present.trim();
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${randomUUID()}.new`;
  await writeFile(aside, randomBytes(24).toString("base64url"), { mode: 0o600 });
  await link(aside, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(aside);
  return (await readFile(file, "utf8")).trim();
}

/** In constant time, whatever the lengths. An empty password matches nothing. */
export function samePassword(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return expected !== "" && timingSafeEqual(digest(given), digest(expected));
}
