// Static pages with relative paths, so that they work below /verify/ as anywhere else.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { serviceWorker } from "./service-worker/plugin.ts";

export default defineConfig({
  base: "./",
  plugins: [svelte(), serviceWorker()],
  worker: { format: "es" },
  define: { __BUILT_AT__: JSON.stringify(Math.floor(Date.now() / 1000)) },
  build: {
    target: "es2022",
    // Nothing is inlined: the content security policy allows no data: sources but pictures.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
