import { randomBytes } from "node:crypto";
import { link, mkdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Password of the gateway's OPC UA user: whoever finds it missing, gateway or server, makes it. */
export async function readOrCreatePassword(path: string): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const present = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    if (present !== undefined && present.trim() !== "") return present.trim();
    if (present === undefined) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${process.pid}`;
      await writeFile(temporary, randomBytes(24).toString("base64url"), { mode: 0o600, flag: "wx" });
      // A link appears whole or not at all, and only if nobody was faster.
      await link(temporary, path).catch((error: NodeJS.ErrnoException) => { if (error.code !== "EEXIST") throw error; });
      await unlink(temporary);
    } else {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error(`${path} is empty; remove it, a new password is made at the next start of gateway and OPC UA server`);
}
