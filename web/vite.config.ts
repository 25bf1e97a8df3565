import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.GUANXI_API ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: Object.fromEntries(["/api", "/v1", "/openapi.json", "/docs", "/t.js"].map((path) => [path, server])),
  },
  // public/.gitkeep is copied along, so that dist/ always holds the file Go embeds when there is no bundle.
  build: { outDir: "dist", emptyOutDir: true, assetsDir: "assets", chunkSizeWarningLimit: 700, target: "es2022" },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test.ts"] },
});
