import { existsSync, readdirSync } from "node:fs";
import { defineConfig, globalIgnores } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const features = "src/dashboard/src/features";
const featureNames = existsSync(features) ? readdirSync(features, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name) : [];

/** A feature of the page knows the libraries below it, never another feature: what two of them need moves down. */
const featuresStandAlone = featureNames.map((name) => {
  const others = featureNames.filter((other) => other !== name).join("|");
  return {
    files: [`${features}/${name}/**/*.{ts,tsx}`],
    rules: {
      "no-restricted-imports": ["error", { patterns: [{ regex: `^(\\.\\./)+(features/)?(${others})(/|$)|features/(${others})(/|$)`, message: "Features never import each other; move what both need to src/lib." }] }],
    },
  };
});

export default defineConfig(
  globalIgnores(["**/dist/**", "**/bin/**", "**/obj/**", "**/node_modules/**", "artifacts/**", "data/**", "**/generated/**"]),
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strict],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration", message: "No enums: a union of string literals says the same and is checked better." },
        { selector: "ExportDefaultDeclaration", message: "No default exports: a thing has one name everywhere." },
        { selector: "ExportAllDeclaration", message: "No barrels: import from the file that has it." },
      ],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // Type-checked where it pays: a forgotten promise in a running process loses an error. Specs are read by people and run anyway.
    files: ["**/*.{ts,tsx}"],
    ignores: ["**/*.spec.{ts,tsx}", "**/testing/**", "**/*.config.ts"],
    extends: [tseslint.configs.strictTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // Input from outside and values that change across an await are checked although the types think they need not be.
      "@typescript-eslint/no-unnecessary-condition": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    },
  },
  { files: ["**/*.config.ts"], rules: { "no-restricted-syntax": "off" } }, // the tools that read them want a default export
  { files: ["src/dashboard/**/*.{ts,tsx}"], extends: [reactHooks.configs.flat.recommended] },
  ...featuresStandAlone,
);
