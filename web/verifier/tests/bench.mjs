// One camera frame of 640 by 480 to its verdict in Chromium, beside jsQR and zxing-wasm, which only read the text of the same
// frames. `cargo xtask bench wasm`.
import { readFileSync, statSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { launch } from "./browser.mjs";
import { certificate, start, symbol } from "./campaign.mjs";
import { CONDITIONS, photographs } from "./frames.mjs";
import { quantile, serve } from "./probe.mjs";

const ROUNDS = 3;

const server = await start();
const probe = await serve();
const browser = await launch();
const page = await browser.newPage();
for (const profile of ["national", "eu-dcc"]) {
  const frames = [];
  for (const condition of Object.keys(CONDITIONS)) {
    for (const jpeg of await photographs(page, symbol(profile), condition, 640, 480)) {
      frames.push({ condition, url: `data:image/jpeg;base64,${jpeg.toString("base64")}` });
    }
  }
  const published = async (path) => Buffer.from(await (await fetch(`${server.url}/api/${path}`)).arrayBuffer()).toString("base64");
  // One status list holds more certificates than the demonstration issues.
  const trust = {
    anchors: await published("trust-anchors"),
    list: await published("trust-list"),
    status: await published("status-lists/1"),
  };
  await page.goto(probe.url);
  await page.addScriptTag({ url: "/jsqr.js" });
  await page.addScriptTag({ url: "/zxing.js" });
  const results = await page.evaluate(measure, { frames, trust, rounds: ROUNDS, expected: certificate(profile) });
  console.log(`\n${profile}: ${frames.length} frames of 640x480, ${ROUNDS} rounds; ${certificate(profile).length} characters`);
  console.log("reader                        read        median ms   p95 ms   median ms of frames it read");
  for (const [name, { read, all, milliseconds, ofRead }] of Object.entries(results.readers)) {
    const numbers = [quantile(milliseconds, 0.5), quantile(milliseconds, 0.95), quantile(ofRead, 0.5) ?? NaN];
    console.log(`${name.padEnd(28)} ${String(read).padStart(4)} of ${all}  ` + numbers.map((n) => n.toFixed(2).padStart(10)).join(" "));
  }
  console.log("frames read by condition:", JSON.stringify(results.byCondition));
  console.log(`check of the text alone: median ${results.check.toFixed(3)} ms`);
}
await browser.close();
probe.stop();
await server.stop();

const wasm = new URL("../generated/verifier_bg.wasm", import.meta.url);
const bytes = readFileSync(wasm);
const kb = (number) => `${(number / 1000).toFixed(1)} kB`;
console.log(`\nthe module: ${kb(statSync(wasm).size)}, gzip -9 ${kb(gzipSync(bytes, { level: 9 }).length)}, brotli ${kb(brotliCompressSync(bytes).length)}`);

/** In the page. */
async function measure({ frames, trust, rounds, expected }) {
  const module = await import("/verifier.js");
  await module.default({ module_or_path: "/verifier_bg.wasm" });
  const checker = new module.Checker();
  const now = Date.now() / 1000;
  const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  checker.add_anchors(bytes(trust.anchors));
  checker.load_trust(bytes(trust.list), now);
  checker.load_status_list(bytes(trust.status), now);
  const zxing = globalThis.ZXingWASM;
  await zxing.prepareZXingModule({ overrides: { locateFile: () => "/zxing.wasm" }, fireImmediately: true });
  const readers = {
    "ours: frame to verdict": async (image) => {
      const text = module.scan_frame_rgba(image.width, image.height, new Uint8Array(image.data.buffer));
      if (text === undefined) return undefined;
      const verdict = JSON.parse(checker.check(text, now));
      if (verdict.verdict !== "valid") throw new Error(JSON.stringify(verdict));
      return text;
    },
    "jsQR: frame to text": async (image) => globalThis.jsQR(image.data, image.width, image.height)?.data,
    "zxing-wasm: frame to text": async (image) =>
      (await zxing.readBarcodes(image, { formats: ["QRCode"], maxNumberOfSymbols: 1 }))[0]?.text,
  };
  const context = document.querySelector("canvas").getContext("2d", { willReadFrequently: true });
  const images = [];
  for (const { condition, url } of frames) {
    const picture = await createImageBitmap(await (await fetch(url)).blob());
    [context.canvas.width, context.canvas.height] = [picture.width, picture.height];
    context.drawImage(picture, 0, 0);
    images.push({ condition, image: context.getImageData(0, 0, picture.width, picture.height) });
  }
  const results = {};
  const byCondition = {};
  // Once for warmth, uncounted.
  for (const read of Object.values(readers)) await read(images[0].image);
  for (let round = 0; round < rounds; round++) {
    for (const [name, read] of Object.entries(readers)) {
      const result = (results[name] ??= { read: 0, all: 0, milliseconds: [], ofRead: [] });
      for (const { condition, image } of images) {
        const start = performance.now();
        const text = await read(image);
        const took = performance.now() - start;
        result.milliseconds.push(took);
        result.all++;
        if (text === expected) {
          result.read++;
          result.ofRead.push(took);
          const counts = (byCondition[condition] ??= {});
          counts[name.split(":")[0]] = (counts[name.split(":")[0]] ?? 0) + 1 / rounds;
        }
      }
    }
  }
  const checks = [];
  for (let round = 0; round < 200; round++) {
    const start = performance.now();
    checker.check(expected, now);
    checks.push(performance.now() - start);
  }
  for (const counts of Object.values(byCondition)) for (const name in counts) counts[name] = Math.round(counts[name]);
  return { readers: results, byCondition, check: checks.sort((left, right) => left - right)[100] };
}
