import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { onTestFinished } from "vitest";

/** Where the package has the runtime; a build copies it from there. */
export const installedRuntime = new URL("../../../../node_modules/or-tools-wasm/build/javascript/node-wasm/", import.meta.url);

/** Compiles the worker as it stands now into a folder of its own, for tests that need it as a process. */
export function compiledSolver(): string {
  const source = fileURLToPath(new URL("..", import.meta.url));
  const target = mkdtempSync(join(tmpdir(), "solver-code-"));
  onTestFinished(() => rmSync(target, { recursive: true, force: true }));
  for (const name of readdirSync(source)) {
    if (!name.endsWith(".ts") || name.endsWith(".spec.ts")) continue;
    const { outputText } = ts.transpileModule(readFileSync(join(source, name), "utf8"), { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true } });
    writeFileSync(join(target, name.replace(/\.ts$/, ".js")), outputText);
  }
  writeFileSync(join(target, "package.json"), '{"type":"module"}');
  symlinkSync(fileURLToPath(installedRuntime), join(target, "runtime"));
  return target;
}
