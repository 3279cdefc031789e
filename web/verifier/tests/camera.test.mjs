// The camera, from light to verdict: Chromium's camera shows a film of a real certificate under each condition. The app must
// come to its answer, and how many frames are read is reported per condition.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, PHONE } from "./browser.mjs";
import { certificate, start, symbol } from "./campaign.mjs";
import { CONDITIONS, film, photographs } from "./frames.mjs";
import { quantile, readCamera, serve } from "./probe.mjs";

/** A share of frames below which something is broken. The shares that are read are reported; they differ from certificate to
 * certificate and from run to run. A person holds still, and one frame is enough. */
const LEAST = { plain: 0.95, tilted: 0.9, blurred: 0.8, dim: 0.9, small: 0.85, inverted: 0.95, folded: 0.85 };
/** The longest that a person at the door waits for the first answer in that condition, in milliseconds. */
const PATIENCE = 8000;
const FRAMES = 60;

let server, probe;
const films = {};
const report = [];
before(async () => {
  server = await start();
  probe = await serve();
  const browser = await launch();
  const page = await browser.newPage();
  for (const condition of Object.keys(CONDITIONS)) {
    films[condition] = film(condition, await photographs(page, symbol("national"), condition, 1280, 720));
  }
  await browser.close();
});
after(async () => {
  console.log(["condition   frames read    scan ms (median, p95)   start to answer", ...report].map((line) => `# ${line}`).join("\n"));
  probe?.stop();
  await server?.stop();
});

for (const condition of Object.keys(CONDITIONS)) {
  test(`the camera sees a certificate: ${condition}`, async () => {
    const browser = await launch(films[condition]);
    try {
      const page = await browser.newPage();
      await page.goto(probe.url);
      const seen = await page.evaluate(readCamera, { frames: FRAMES, width: 1280, height: 720 });
      await page.close();
      const answered = await fromCamera(browser);
      const [median, late] = [quantile(seen.milliseconds, 0.5), quantile(seen.milliseconds, 0.95)];
      report.push(
        `${condition.padEnd(10)} ${String(seen.read).padStart(4)} of ${seen.frames} (${Math.round((100 * seen.read) / seen.frames)} %)` +
          `   ${median.toFixed(1)}, ${late.toFixed(1)}   ${answered} ms`,
      );
      assert.ok(seen.read / seen.frames >= LEAST[condition], `${seen.read} of ${seen.frames}`);
    } finally {
      await browser.close();
    }
  });
}

/** The app's own way; gives the milliseconds from the touch to the person's name. */
async function fromCamera(browser) {
  const context = await browser.newContext({ viewport: PHONE, permissions: ["camera"] });
  const page = await context.newPage();
  await page.goto(server.app);
  await page.locator(".freshness[data-state=fresh]").waitFor();
  const begun = Date.now();
  await page.getByRole("button", { name: "Bắt đầu quét" }).click();
  await page.locator(".name").waitFor({ timeout: PATIENCE });
  assert.equal(await page.locator(".name").textContent(), "Nguyễn Thị Hồng Nhung");
  return Date.now() - begun;
}

test("one person after the other: the camera goes on, and the same code in view is not checked twice", async () => {
  const browser = await launch(films.plain);
  const context = await browser.newContext({ viewport: PHONE, permissions: ["camera"] });
  const page = await context.newPage();
  await page.goto(server.app);
  await page.locator(".freshness[data-state=fresh]").waitFor();
  await page.getByRole("button", { name: "Bắt đầu quét" }).click();
  await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
  await page.getByRole("button", { name: "Người tiếp theo" }).click();
  await page.getByText("Mã này vừa được kiểm tra").waitFor();
  assert.equal(await page.locator(".name").count(), 0);
  await page.getByRole("button", { name: "Dừng" }).click();
  assert.ok(certificate("national").startsWith("HC1:"));
  await browser.close();
});
