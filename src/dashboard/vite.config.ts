/// <reference types="vitest/config" />
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  test: { name: "dashboard", include: ["src/**/*.spec.{ts,tsx}"], environment: "node", testTimeout: 20_000 },   // pages load lazily, and a busy machine takes its time
});
