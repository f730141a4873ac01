import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The password of the gateway's OPC UA user: whoever finds it missing, gateway or server, makes it.
 * Written aside and linked into place, so that nobody ever reads half of it and two makers cannot both win.
 */
export async function sharedPassword(file: string): Promise<string> {
  const present = await readPassword(file);
  if (present !== undefined) return present;
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const aside = `${file}.${randomUUID()}.new`;
  await writeFile(aside, randomBytes(24).toString("base64url"), { mode: 0o600 });
  await link(aside, file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await unlink(aside);
  return (await readPassword(file)) ?? sharedPassword(file);
}

async function readPassword(file: string): Promise<string | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text?.trim() === "") throw new Error(`${file} is empty, so no one knows the gateway's password; remove it, and start gateway and OPC UA server again: they make a new one`);
  return text?.trim();
}
