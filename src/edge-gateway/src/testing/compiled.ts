import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { onTestFinished } from "vitest";

/** Compiles the gateway as it stands now into a folder of its own, for tests that need it as a process. */
export function compiledGateway(): string {
  const source = fileURLToPath(new URL("..", import.meta.url));
  const target = mkdtempSync(join(tmpdir(), "edge-gateway-code-"));
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  for (const name of readdirSync(source, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts") || name.endsWith(".spec.ts")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(source, name), "utf8"), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 } });
    const file = join(target, name.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, outputText);
  }
  writeFileSync(join(target, "package.json"), '{"type":"module"}');
  copyFileSync(fileURLToPath(new URL("../../../DigitalTwin.Edge/Link/edge.proto", import.meta.url)), join(target, "edge.proto"));
  symlinkSync(fileURLToPath(new URL("../../../../node_modules", import.meta.url)), join(target, "node_modules"));
  return target;
}
