// Debian's Chromium, as it runs without a screen and without a network beyond this machine.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser; with the path of a video, that is what its camera sees. */
export function launch(video) {
  const camera = video
    ? ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${video}`]
    : [];
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: [...FLAGS, ...camera] });
}

/** A cheap phone. */
export const PHONE = { width: 360, height: 640 };
export const DESKTOP = { width: 1280, height: 800 };

/** Where pictures and videos of a run are left to be looked at. */
export const OUTPUT = process.env.LACHAN_BROWSER_OUTPUT ?? "/tmp/la-chan-browser";
mkdirSync(OUTPUT, { recursive: true });

export const output = (name) => join(OUTPUT, name);
