// What a camera sees of a certificate: photographs of a page with the symbol on paper, bent as paper and cameras bend it. The
// conditions are those that the field complained of: tilted, blurred, dim, small, inverted, folded.
import { writeFileSync } from "node:fs";
import { output } from "./browser.mjs";

/** How many pictures of each condition, each a little different. */
export const VARIANTS = 12;
/** How many frames of the video show one picture. */
const HELD = 4;

/** Style of the sheet, by a source of numbers from -1 to 1. `size` is the side of the symbol as a share of the frame's height. */
export const CONDITIONS = {
  plain: (by) => ({ size: 0.72, sheet: turned(by(3), by(2), by(2)) }),
  tilted: (by) => ({ size: 0.66, sheet: turned(16 + by(10), 36 + by(8), -30 + by(8)) }),
  blurred: (by) => ({ size: 0.72, sheet: turned(by(3), by(3), by(3)), filter: `blur(${0.0037 + by(0.0008)}em)` }),
  dim: (by) => ({ size: 0.72, sheet: turned(by(4), by(4), by(4)), filter: `brightness(${0.14 + by(0.04)})`, noise: 0.16 }),
  small: (by) => ({ size: 0.29 + by(0.03), sheet: turned(by(4), by(4), by(4)) }),
  inverted: (by) => ({ size: 0.72, sheet: turned(by(4), by(4), by(4)), filter: "invert(1)" }),
  folded: (by) => ({ size: 0.66, sheet: turned(by(4), 8 + by(6), by(8)), fold: 28 + by(7) }),
};

const turned = (z, x, y) => `rotateX(${x}deg) rotateY(${y}deg) rotateZ(${z}deg)`;

/** Takes the pictures of one condition, JPEG, `width` by `height`. */
export async function photographs(page, symbol, condition, width, height) {
  await page.setViewportSize({ width, height });
  const random = numbers(condition);
  const pictures = [];
  for (let variant = 0; variant < VARIANTS; variant++) {
    const by = (range) => (random() * 2 - 1) * range;
    await page.setContent(scene(symbol, CONDITIONS[condition](by), height, [by(0.03), by(0.03)]));
    pictures.push(await page.screenshot({ type: "jpeg", quality: 82 }));
  }
  return pictures;
}

/** A film that Chromium takes for its camera: JPEG after JPEG. */
export function film(name, pictures) {
  const path = output(`${name}.mjpeg`);
  writeFileSync(path, Buffer.concat(pictures.flatMap((picture) => Array(HELD).fill(picture))));
  return path;
}

function scene(symbol, { size, sheet, filter = "none", fold, noise = 0 }, height, [right, down]) {
  const side = Math.round(size * height);
  const image = `data:image/svg+xml,${encodeURIComponent(symbol)}`;
  // A folded sheet is two halves that meet at the crease in the middle, one of them in the shade.
  const half = (at) => `<div class="half" style="transform-origin:${at ? "left" : "right"};transform:rotateY(${at ? fold : -fold}deg);
    left:${at ? "50%" : "0"}"><img src="${image}" style="left:${at ? -side / 2 : 0}px">
    <i style="background:linear-gradient(to ${at ? "right" : "left"},#0009,#0003 6%,${at ? "#0004" : "#0000"})"></i></div>`;
  const paper = fold ? half(0) + half(1) : `<img src="${image}">`;
  return `<style>
    html,body{margin:0;height:100%;overflow:hidden;font-size:${height}px}
    .room{display:grid;place-items:center;height:100%;background:linear-gradient(120deg,#5b6a6e,#93866f);filter:${filter};
      perspective:${height * 1.6}px}
    .noise{position:fixed;inset:0;opacity:${noise};background:url("data:image/svg+xml,${encodeURIComponent(NOISE)}")}
    .sheet{position:relative;width:${side}px;height:${side}px;transform:translate(${right}em,${down}em) ${sheet};transform-style:preserve-3d}
    .paper{position:absolute;inset:-6%;background:#fdfcf8;box-shadow:0 0 .03em #0008}
    .half{position:absolute;top:0;width:50%;height:100%;overflow:hidden}
    img{position:absolute;top:0;left:0;width:${side}px;height:${side}px} i{position:absolute;inset:0}
    </style><div class="room"><div class="sheet">${fold ? "" : '<div class="paper"></div>'}${paper}</div></div><div class="noise"></div>`;
}

/** What a sensor adds in the dark. */
const NOISE =
  '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="400"><filter id="n"><feTurbulence type="fractalNoise" ' +
  'baseFrequency="0.7" numOctaves="2"/><feColorMatrix type="saturate" values="0"/></filter>' +
  '<rect width="400" height="400" filter="url(#n)"/></svg>';

/** The same numbers for the same word, from 0 to 1 (mulberry32). */
function numbers(word) {
  let state = [...word].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), 7);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
