// Writes the service worker into the finished build: with the list of all files, and a version that is their content.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "vite";

export function serviceWorker(): Plugin {
  let output = "dist";
  return {
    name: "service-worker",
    apply: "build",
    configResolved(config) {
      output = join(config.root, config.build.outDir);
    },
    closeBundle() {
      const files = below(output).filter((file) => file !== "sw.js");
      const hash = createHash("sha256");
      for (const file of files) hash.update(file).update("\0").update(readFileSync(join(output, file)));
      const template = readFileSync(join(import.meta.dirname, "sw.js"), "utf8");
      const worker = template
        .replace("__VERSION__", hash.digest("hex").slice(0, 16))
        .replace("__FILES__", JSON.stringify(files.map((file) => (file === "index.html" ? "./" : `./${file}`))));
      writeFileSync(join(output, "sw.js"), worker);
    },
  };
}

function below(folder: string, top = folder): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? below(path, top) : [relative(top, path)];
    });
}
