// A page beside the app for what the app does not tell: how many frames of a camera are read, and how long each took. It
// loads the same module, and two readers of other people when it is asked to compare.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const here = (path) => new URL(path, import.meta.url).pathname;
const packageFile = (name, file) => here(`../../node_modules/${name}/${file}`);
const FILES = {
  "/": ["text/html", () => "<!doctype html><title>probe</title><video muted playsinline></video><canvas></canvas>"],
  "/verifier.js": ["text/javascript", () => readFileSync(here("../generated/verifier.js"))],
  "/verifier_bg.wasm": ["application/wasm", () => readFileSync(here("../generated/verifier_bg.wasm"))],
  "/jsqr.js": ["text/javascript", () => readFileSync(packageFile("jsqr", "dist/jsQR.js"))],
  "/zxing.js": ["text/javascript", () => readFileSync(packageFile("zxing-wasm", "dist/iife/reader/index.js"))],
  "/zxing.wasm": ["application/wasm", () => readFileSync(packageFile("zxing-wasm", "dist/reader/zxing_reader.wasm"))],
};

/** Serves the probe; gives its address and how to stop it. */
export async function serve() {
  const server = createServer((request, response) => {
    const file = FILES[request.url];
    response.writeHead(file ? 200 : 404, { "content-type": file?.[0] ?? "text/plain" });
    response.end(file?.[1]());
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, stop: () => server.close() };
}

/** In the page: takes `frames` frames from the camera, one after the other, and scans each as the app does. */
export async function readCamera({ frames, width, height }) {
  const module = await import("/verifier.js");
  await module.default({ module_or_path: "/verifier_bg.wasm" });
  const video = document.querySelector("video");
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: width }, height: { ideal: height } } });
  await video.play();
  const context = document.querySelector("canvas").getContext("2d", { willReadFrequently: true });
  const next = () => new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  const seen = { read: 0, frames: 0, milliseconds: [], size: [video.videoWidth, video.videoHeight] };
  // As src/camera.ts: the whole frame in at most 1280 pixels, and of a larger one in turn its middle as it is.
  const views = (w, h) => {
    const [across, down] = [Math.min(w, 1280), Math.min(h, 1280)];
    const factor = Math.min(1, 1280 / Math.max(w, h));
    return [
      [0, 0, w, h, Math.round(w * factor), Math.round(h * factor)],
      [(w - across) / 2, (h - down) / 2, across, down, across, down],
    ];
  };
  while (seen.frames < frames) {
    await next();
    const [sx, sy, sw, sh, w, h] = views(video.videoWidth, video.videoHeight)[seen.frames % 2];
    [context.canvas.width, context.canvas.height] = [w, h];
    context.drawImage(video, sx, sy, sw, sh, 0, 0, w, h);
    const { data } = context.getImageData(0, 0, w, h);
    const start = performance.now();
    const text = module.scan_frame_rgba(w, h, new Uint8Array(data.buffer));
    seen.milliseconds.push(performance.now() - start);
    seen.frames++;
    if (text !== undefined) seen.read++;
  }
  return seen;
}

export function quantile(numbers, share) {
  const sorted = [...numbers].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
}
