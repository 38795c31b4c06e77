import { defineConfig } from "vite";

// One script and one style sheet. Twelve hex digits in the names let the server cache them for ever.
export default defineConfig({
  base: "./",
  publicDir: false,
  build: {
    outDir: "../src/firstline/ui/static/built",
    emptyOutDir: true,
    manifest: "manifest.json",
    modulePreload: false,
    assetsInlineLimit: 0,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    rollupOptions: {
      input: { app: "src/app.ts" },
      output: {
        hashCharacters: "hex",
        entryFileNames: "[name].[hash:12].js",
        chunkFileNames: "[name].[hash:12].js",
        assetFileNames: "[name].[hash:12][extname]",
      },
    },
  },
});
