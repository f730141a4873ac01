import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { ensureOwnCertificate } from "./certificate-manager.js";
import { runConnection } from "./connection.js";
import { KnownNodes } from "./known-nodes.js";
import { SamplingWish } from "./sampling-wish.js";
import { pkiOf } from "./trust-list.js";

test("an attempt that failed leaves nothing behind, however many there are", async () => {
  const pki = pkiOf(temporaryFolder());
  await ensureOwnCertificate(pki);
  const nobody = { name: "e", url: "opc.tcp://127.0.0.1:9", securityPolicy: "Basic256Sha256", userName: "gateway" } as const;
  const access = { pki, password: "", trustCommand: () => "", nodes: new KnownNodes("none") };
  const events = { monitoring: () => undefined, sampling: () => undefined, values: () => undefined };
  const { signal } = new AbortController();
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(runConnection(nobody, [], access, new SamplingWish(), events, signal)).rejects.toThrow();
    expect(getEventListeners(signal, "abort")).toEqual([]);
  }
}, 60_000);
