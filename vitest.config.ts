import { defineConfig } from "vitest/config";

const nodeProject = (name: string, root: string, isolate: boolean) => ({
  // Loading node-opcua takes a second; specs that share nothing need not load it each for itself (isolate false).
  // Some specs start real servers and processes: generous, so that a busy machine does not make them fail.
  test: { name, root, include: ["src/**/*.spec.ts"], environment: "node" as const, testTimeout: 20_000, hookTimeout: 20_000, isolate },
});

export default defineConfig({
  test: { projects: [nodeProject("edge-gateway", "src/edge-gateway", true), nodeProject("solver", "src/solver", true), nodeProject("opcua-server", "simulations/opcua-server", false), "src/dashboard"] },
});
