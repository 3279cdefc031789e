// What the device does beside seeing: light, the other camera, sound and vibration; and a module that ends. The camera is
// Chromium's own, showing a sheet without a symbol or with one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, PHONE } from "./browser.mjs";
import { certificate, picture, start, symbol } from "./campaign.mjs";
import { film, photographs } from "./frames.mjs";
import { barriers } from "./screens.mjs";

const NO_SYMBOL = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>';

let server, blank, plain;
before(async () => {
  server = await start();
  const browser = await launch();
  const page = await browser.newPage();
  blank = film("device-blank", await photographs(page, NO_SYMBOL, "plain", 640, 480));
  plain = film("device-plain", await photographs(page, symbol("national"), "plain", 640, 480));
  await browser.close();
});
after(() => server?.stop());

/** A device with that film before its camera. `prepare` runs in the page before the app; `context` makes it ready outside. */
async function device(video, prepare, arrange = async () => {}) {
  const browser = await launch(video);
  const context = await browser.newContext({ viewport: PHONE, locale: "vi-VN", permissions: ["camera"], serviceWorkers: "block" });
  await arrange(context);
  await context.addInitScript(prepare);
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(server.app);
  await page.locator(".freshness[data-state=fresh]").waitFor();
  return { browser, page, button: (name) => page.getByRole("button", { name, exact: true }) };
}

test("the light is offered where the camera has one, and goes on and off", async () => {
  const { browser, page, button } = await device(blank, () => {
    globalThis.asked = [];
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = async (constraints) => void asked.push(constraints.advanced[0]);
  });
  await button("Bắt đầu quét").click();
  await button("Đèn").click();
  assert.equal(await button("Đèn").getAttribute("aria-pressed"), "true");
  assert.deepEqual(await barriers(page), []);
  await button("Đèn").click();
  assert.equal(await button("Đèn").getAttribute("aria-pressed"), "false");
  assert.deepEqual(await page.evaluate(() => asked), [{ torch: true }, { torch: false }]);
  await browser.close();
});

test("a light that does not go on is not shown as on, and none is offered where there is none", async () => {
  const failing = await device(blank, () => {
    MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true });
    MediaStreamTrack.prototype.applyConstraints = () => Promise.reject(new Error("no"));
  });
  await failing.button("Bắt đầu quét").click();
  await failing.button("Đèn").click();
  await failing.page.locator("button[aria-pressed=false]").waitFor();
  await failing.browser.close();
  const { browser, button } = await device(blank, () => {});
  await button("Bắt đầu quét").click();
  await button("Dừng").waitFor();
  assert.equal(await button("Đèn").count(), 0);
  await browser.close();
});

test("the other camera is offered where there are two, is mirrored, and is remembered", async () => {
  const { browser, page, button } = await device(blank, () => {
    globalThis.asked = [];
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (constraints) => {
      asked.push(constraints.video.facingMode.ideal);
      return real(constraints);
    };
    const camera = { kind: "videoinput", deviceId: "", label: "", groupId: "" };
    navigator.mediaDevices.enumerateDevices = async () => [camera, camera];
  });
  await button("Bắt đầu quét").click();
  await button("Đổi máy ảnh").click();
  await page.locator("video.mirrored").waitFor();
  await button("Đổi máy ảnh").click();
  await page.locator("video:not(.mirrored)").waitFor();
  await button("Đổi máy ảnh").click();
  assert.deepEqual(await page.evaluate(() => asked), ["environment", "user", "environment", "user"]);
  await page.reload();
  await button("Bắt đầu quét").click();
  await page.locator("video.mirrored").waitFor();
  await browser.close();
});

/** In the page: what is played and how the device shakes. */
function listen() {
  globalThis.heard = [];
  globalThis.felt = [];
  const real = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function () {
    const tone = real.call(this);
    const begin = tone.start.bind(tone);
    tone.start = (at) => {
      heard.push(`${tone.type} ${tone.frequency.value}`);
      begin(at);
    };
    return tone;
  };
  navigator.vibrate = (pattern) => felt.push(pattern) > 0;
}

test("a verdict is heard and felt when it is told, not before, and silence can be chosen", async () => {
  const { browser, page, button } = await device(plain, listen);
  const noticed = () => page.evaluate(() => [heard.splice(0), felt.splice(0)]);
  await button("Bắt đầu quét").click();
  await button("Khớp giấy tờ").waitFor();
  assert.deepEqual(await noticed(), [[], []]);
  await button("Khớp giấy tờ").click();
  assert.deepEqual(await noticed(), [["sine 660", "sine 990"], [[80]]]);
  await button("Người tiếp theo").click();
  await button("Dừng").click();
  await page.getByRole("button", { name: "Ảnh, văn bản" }).click();
  const forged = certificate("national").replace(/.{8}$/, "00000000");
  const answered = async (text) => {
    await page.locator("#text").fill(text);
    await button("Kiểm tra").click();
    await button("Người tiếp theo").click();
  };
  await answered(forged);
  assert.deepEqual(await noticed(), [["square 170", "square 130"], [[200, 100, 300]]]);
  await page.getByRole("button", { name: "Thông tin" }).click();
  await page.getByRole("switch").click();
  await page.getByRole("button", { name: "Ảnh, văn bản" }).click();
  await answered(forged);
  assert.deepEqual(await noticed(), [[], []]);
  await browser.close();
});

/** Put before the worker's own code: the module's `checker_check` is an instruction that traps. */
const TRAPPING = `{
  const bytes = Uint8Array.of(0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,5,1,3,0,0,11);
  const real = WebAssembly.instantiateStreaming;
  WebAssembly.instantiateStreaming = async (...given) => {
    const { module, instance } = await real(...given);
    const { f } = (await WebAssembly.instantiate(bytes)).instance.exports;
    return { module, instance: { exports: { ...instance.exports, checker_check: f } } };
  };
}
`;

test("a module that traps is thrown away; its successor believes the same and checks the next one", async () => {
  let workers = 0;
  const { browser, page, button } = await device(undefined, () => {}, (context) =>
    context.route(/worker-[^/]*\.js$/, async (route) => {
      const answer = await route.fetch();
      // Only the first module is broken.
      await route.fulfill({ response: answer, body: (workers++ === 0 ? TRAPPING : "") + (await answer.text()) });
    }),
  );
  await page.getByRole("button", { name: "Ảnh, văn bản" }).click();
  await page.locator("#text").fill(certificate("national"));
  await button("Kiểm tra").click();
  await page.getByRole("heading", { name: "KHÔNG XÁC ĐỊNH ĐƯỢC" }).waitFor();
  await page.getByText("Phần mềm kiểm tra gặp lỗi khi đọc mã này.").waitFor();
  await button("Người tiếp theo").click();
  await page.locator("input[type=file]").setInputFiles(picture("national"));
  await button("Khớp giấy tờ").click();
  await page.getByRole("heading", { name: "HỢP LỆ", exact: true }).waitFor();
  assert.equal(workers, 2);
  await browser.close();
});
