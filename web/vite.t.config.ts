import { defineConfig } from "vite";

/** The script for other people's pages: one file, by its own name, no module. */
export default defineConfig({
  publicDir: false,
  build: { outDir: "dist", emptyOutDir: false, target: "es2020", lib: { entry: "track/t.ts", formats: ["iife"], name: "guanxiScript", fileName: () => "t.js" } },
});
