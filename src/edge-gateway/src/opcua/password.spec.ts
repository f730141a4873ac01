import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/folder.js";
import { sharedPassword } from "./password.js";

test("however many find the password missing, they agree on one of 32 characters and leave nothing beside it", async () => {
  const folder = temporaryFolder();
  const file = join(folder, "opcua-gateway.password");
  const passwords = await Promise.all([sharedPassword(file), sharedPassword(file), sharedPassword(file)]);
  expect(new Set(passwords).size).toBe(1);
  expect(passwords[0]).toMatch(/^[\w-]{32}$/);
  expect(readdirSync(folder)).toEqual(["opcua-gateway.password"]);
});

test("an empty password file is one sentence with cause and cure", async () => {
  const file = join(temporaryFolder(), "empty.password");
  writeFileSync(file, "\n");
  await expect(sharedPassword(file)).rejects.toThrow(`${file} is empty, so no one knows the gateway's password; remove it,`);
});
