import { open, rm, type FileHandle } from "node:fs/promises";
import { isFull } from "./files.js";

/** A file that holds nothing but room, given up when the disk is full: to make room something has to be written first. */
export class Reserve {
  held = false;

  constructor(private readonly path: string, private readonly bytes: number) {}

  /** @returns false where the disk has no room for it. */
  async take(): Promise<boolean> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.path, "w", 0o600);
      await file.writeFile(new Uint8Array(this.bytes)); // a file that is only declared this long holds no room
      await file.sync();
      this.held = true;
    } catch (error) {
      if (!isFull(error as Error)) throw error;
    } finally {
      await file?.close();
    }
    if (!this.held) await rm(this.path, { force: true });
    return this.held;
  }

  async release(): Promise<void> {
    this.held = false;
    await rm(this.path, { force: true });
  }
}
