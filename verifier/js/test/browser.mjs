// Runs a file of cases in headless Chromium: browser.mjs PACKAGE FILE. `LACHAN_CHROMIUM` names the browser.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const [folder, file] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  try {
    const place = path === "/cases" ? file : path === "/run.js" ? join(here, "run.js") : join(folder, path);
    const body = path === "/" ? "<!doctype html><title>cases</title>" : await readFile(place);
    response.writeHead(200, { "content-type": TYPES[path === "/" ? ".html" : extname(path)] ?? "text/plain" }).end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));

const browser = await chromium.launch({
  executablePath: process.env.LACHAN_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage"],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const answers = await page.evaluate(async () => {
    const binding = await import("/browser.js");
    const { run } = await import("/run.js");
    const read = async (bytes) => {
      const picture = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
      canvas.drawImage(picture, 0, 0);
      const { data } = canvas.getImageData(0, 0, picture.width, picture.height);
      return binding.readPixels(picture.width, picture.height, data);
    };
    const lines = (await (await fetch("/cases")).text()).split("\n").slice(0, -1);
    const answers = [];
    for (const line of lines) answers.push(await run(binding, line, read));
    return answers;
  });
  process.stdout.write(answers.map((answer) => `${answer}\n`).join(""));
} finally {
  await browser.close();
  server.close();
}
