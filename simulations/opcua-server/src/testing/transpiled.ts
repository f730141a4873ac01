import { mkdir, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import ts from "typescript";

/** The process as it stands in the sources, without types checked: a test of the process must not run yesterday's build. */
export async function transpiledMain(): Promise<{ readonly folder: string; readonly main: string }> {
  const sources = join(import.meta.dirname, "..");
  const dist = join(sources, "../dist");
  await mkdir(dist, { recursive: true });
  const folder = await mkdtemp(join(dist, "spec-"));
  for (const file of await readdir(sources, { recursive: true })) {
    if (!file.endsWith(".ts") || file.endsWith(".spec.ts") || file.startsWith("testing")) continue;
    const target = join(folder, file.replace(/\.ts$/, ".js"));
    await mkdir(dirname(target), { recursive: true });
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true };
    await writeFile(target, ts.transpileModule(await readFile(join(sources, file), "utf8"), { compilerOptions }).outputText);
  }
  return { folder, main: join(folder, "main.js") };
}
