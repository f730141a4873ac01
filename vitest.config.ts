import { defineConfig } from "vitest/config";

const nodeProject = (name: string, root: string) => ({
  // Some specs start real servers and processes: generous, so that a busy machine does not make them fail.
  test: { name, root, include: ["src/**/*.spec.ts"], environment: "node" as const, testTimeout: 20_000, hookTimeout: 20_000, isolate: false },
});

export default defineConfig({
  test: { projects: [nodeProject("edge-gateway", "src/edge-gateway"), nodeProject("opcua-server", "simulations/opcua-server"), "src/dashboard"] },
});
