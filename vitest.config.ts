import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      { test: { name: "edge-gateway", root: "src/edge-gateway", include: ["src/**/*.spec.ts"], environment: "node" } },
      { test: { name: "opcua-server", root: "simulations/opcua-server", include: ["src/**/*.spec.ts"], environment: "node" } },
      "src/dashboard",
    ],
  },
});
