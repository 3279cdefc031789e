// The checker's app against the real server: answers, order of the screens, what is kept, what leaves the device.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, PHONE } from "./browser.mjs";
import { certificate, picture, start } from "./campaign.mjs";
import { photograph } from "./screens.mjs";

let server, browser;
before(async () => {
  server = await start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** A device that has never been here; its page, once it has trust data. */
async function visit(options = {}) {
  const context = await browser.newContext({ viewport: PHONE, locale: "vi-VN", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  await page.goto(server.app);
  await page.locator(".freshness[data-state=fresh]").waitFor();
  return { context, page };
}

async function paste(page, text) {
  await page.getByRole("button", { name: "Ảnh, văn bản" }).click();
  await page.locator("#text").fill(text);
  await page.getByRole("button", { name: "Kiểm tra", exact: true }).click();
}

test("a valid certificate shows the person first and the green only after the comparison", async () => {
  const { context, page } = await visit();
  await paste(page, certificate("national"));
  await page.getByRole("heading", { name: "So với giấy tờ tùy thân" }).waitFor();
  assert.equal(await page.locator(".name").textContent(), "Nguyễn Thị Hồng Nhung");
  assert.equal(await page.locator(".born").textContent(), "17/05/1990");
  assert.equal(await page.getByText("HỢP LỆ", { exact: true }).count(), 0);
  await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
  await page.getByRole("heading", { name: "HỢP LỆ", exact: true }).waitFor();
  assert.equal(await page.locator("section.valid").count(), 1);
  assert.equal(await page.getByText("Nguyễn Thị Hồng Nhung").count(), 0);
  await context.close();
});

test("a person whom the document does not show is not accepted", async () => {
  const { context, page } = await visit();
  await paste(page, certificate("eu-dcc"));
  await page.getByRole("button", { name: "Không khớp" }).click();
  await page.getByRole("heading", { name: "KHÔNG KHỚP GIẤY TỜ" }).waitFor();
  await context.close();
});

test("what is forged is not valid, and what is something else is said to be", async () => {
  const { context, page } = await visit();
  const forged = certificate("national").replace(/.{8}$/, "00000000");
  await paste(page, forged);
  await page.getByRole("heading", { name: "KHÔNG HỢP LỆ", exact: true }).waitFor();
  await page.getByRole("button", { name: "Người tiếp theo" }).click();
  await paste(page, "HTTPS://EXAMPLE.COM/");
  await page.getByText("Mã này không phải là chứng nhận sức khoẻ.").waitFor();
  await context.close();
});

test("a picture is read, and one without a code leads to cannot tell", async () => {
  const { context, page } = await visit();
  await page.getByRole("button", { name: "Ảnh, văn bản" }).click();
  await page.locator("input[type=file]").setInputFiles(picture("eu-dcc"));
  await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
  await page.getByRole("button", { name: "Người tiếp theo" }).click();
  const blank = readFileSync(new URL("../public/icons/shield-192.png", import.meta.url));
  await page.locator("input[type=file]").setInputFiles({ name: "x.png", mimeType: "image/png", buffer: blank });
  await page.getByRole("heading", { name: "KHÔNG XÁC ĐỊNH ĐƯỢC" }).waitFor();
  await page.getByText("Không đọc được mã QR trong ảnh.").waitFor();
  await context.close();
});

test("another root is refused loudly, and checking goes on with the first one", async () => {
  const { context, page } = await visit();
  await page.getByText("Sẵn sàng dùng khi không có mạng").waitFor();
  const other = readFileSync(new URL("other-root.pem", import.meta.url));
  await page.route("**/api/trust-anchors", (route) =>
    route.fulfill({ body: other, contentType: "application/pem-certificate-chain" }),
  );
  await page.reload();
  await page.getByText("NGUY HIỂM").waitFor();
  await paste(page, certificate("national"));
  await page.getByRole("button", { name: "Khớp giấy tờ" }).waitFor();
  await context.close();
});

test("a list that is not signed by whom we believe is refused, and the old one stays", async () => {
  const { context, page } = await visit();
  await page.getByText("Sẵn sàng dùng khi không có mạng").waitFor();
  await page.route("**/api/trust-list", async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    body[body.length - 1] ^= 1;
    await route.fulfill({ response: answer, body });
  });
  await page.reload();
  await page.getByText("Danh sách tin cậy mới bị từ chối").waitFor();
  await page.locator(".freshness[data-state=fresh]").waitFor();
  await context.close();
});

test("a clock that cannot be right is said to be wrong", async () => {
  const context = await browser.newContext({ viewport: PHONE });
  const page = await context.newPage();
  await page.clock.setFixedTime(new Date("2024-01-01T00:00:00Z"));
  await page.goto(server.app);
  await page.getByText("Đồng hồ của máy chậm").waitFor();
  await page.clock.setFixedTime(new Date(Date.now() + 3_600_000));
  await page.reload();
  await page.getByText(/Đồng hồ của máy lệch (59|60|61) phút/).waitFor();
  await context.close();
});

test("training shows every answer, apart from real trust, and is not counted", async () => {
  const { context, page } = await visit();
  const samples = JSON.parse(readFileSync(new URL("../generated/training.json", import.meta.url), "utf8")).samples;
  await page.getByRole("button", { name: "Luyện tập" }).click();
  for (const [at, sample] of samples.entries()) {
    await page.locator("li.card > button").nth(at).click();
    if (sample.reason === "valid") await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
    await page.getByText("LUYỆN TẬP").first().waitFor();
    await page.getByText("Chi tiết").click();
    await page.locator("dd", { hasText: new RegExp(`^${sample.reason}$`) }).waitFor();
    await page.getByRole("button", { name: "Người tiếp theo" }).click();
  }
  await paste(page, samples[0].text);
  await page.getByRole("heading", { name: "KHÔNG XÁC ĐỊNH ĐƯỢC" }).waitFor();
  await page.getByRole("button", { name: "Người tiếp theo" }).click();
  await page.getByRole("button", { name: "Thông tin" }).click();
  assert.equal(await page.locator(".today").textContent(), "1");
  await context.close();
});

test("numbers are kept and nothing of a person is; nothing is sent anywhere", async () => {
  const { context, page } = await visit();
  const sent = [];
  page.on("request", (request) => sent.push(`${request.method()} ${request.url()}${request.postData() ?? ""}`));
  const text = certificate("national");
  await paste(page, text);
  await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
  await page.getByRole("button", { name: "Người tiếp theo" }).click();
  await page.getByRole("button", { name: "Thông tin" }).click();
  assert.equal(await page.locator(".today").textContent(), "1");
  const kept = await page.evaluate(async () => {
    const open = indexedDB.open("la-chan-verify");
    await new Promise((resolve) => (open.onsuccess = resolve));
    const all = open.result.transaction("kept").objectStore("kept").getAll();
    await new Promise((resolve) => (all.onsuccess = resolve));
    const words = all.result.map((value) => Object.values(value).flat().map((part) => new TextDecoder().decode(
      typeof part === "object" ? part : new TextEncoder().encode(String(part)))));
    return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, words]) + document.documentElement.outerHTML;
  });
  for (const personal of ["Nhung", "NHUNG", "1990", text.slice(4, 40)]) assert.ok(!kept.includes(personal), personal);
  assert.deepEqual(sent.filter((request) => !request.startsWith(`GET ${server.url}/`)), []);
  await page.getByRole("button", { name: "Đặt lại về 0" }).click();
  await page.getByRole("button", { name: "Đặt lại về 0" }).click();
  assert.equal(await page.locator(".today").textContent(), "0");
  await context.close();
});

test("everything can be done with the keyboard alone, and in English", async () => {
  const { context, page } = await visit();
  /** Goes on with the tabulator until what has the focus bears that name. */
  const reach = async (name) => {
    for (let steps = 0; steps < 30; steps++) {
      const focused = page.locator(":focus");
      const label = (await focused.count()) ? await focused.evaluate((element) => element.labels?.[0]?.textContent ?? element.textContent) : "";
      if (label.trim() === name) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`the keyboard does not lead to ${name}`);
  };
  const press = async (name) => {
    await reach(name);
    await page.keyboard.press("Enter");
  };
  await press("English");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
  await press("Picture, text");
  await reach("Choose a picture");
  await reach("Paste the certificate's text (begins with HC1:)");
  await page.keyboard.insertText(certificate("national"));
  await press("Check");
  await page.getByRole("heading", { name: "Compare with an identity document" }).waitFor();
  await press("It matches");
  await page.getByRole("heading", { name: "VALID", exact: true }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), "verdict");
  await press("Details");
  await page.locator("dd", { hasText: /^valid$/ }).waitFor();
  await press("Next person");
  await press("Training");
  await reach("The sample's QR code");
  await page.keyboard.press("Space");
  await page.locator("details[open] canvas, details[open] svg").first().waitFor();
  await press("About");
  await reach("Sound and vibration On");
  await page.keyboard.press("Space");
  await page.getByRole("switch", { checked: false }).waitFor();
  await context.close();
});

test("no screen is wider than a cheap phone or a desktop, and none shuts people out", async () => {
  const valid = certificate("national");
  const texts = { valid, invalid: valid.replace(/.{8}$/, "00000000"), unknown: "HC2:6BF" };
  assert.deepEqual(await photograph(browser, server.app, texts), { tooWide: [], serious: [] });
});

test("the pages carry strict headers", async () => {
  const answer = await fetch(server.app);
  assert.match(answer.headers.get("content-security-policy"), /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
  assert.match(answer.headers.get("permissions-policy"), /camera=\(self\)/);
  const bare = await fetch(`${server.url}/verify`, { redirect: "manual" });
  assert.equal(bare.headers.get("location"), "/verify/");
});

// The last one, for it ends the server.
test("after one visit the app checks without server and network", async () => {
  const { context, page } = await visit();
  await page.getByText("Sẵn sàng dùng khi không có mạng").waitFor();
  await server.stop();
  server = undefined;
  await context.setOffline(true);
  await page.reload();
  await page.locator(".freshness[data-state=fresh]").waitFor();
  await page.getByText("Đang không có mạng").waitFor();
  await paste(page, certificate("national"));
  await page.getByRole("button", { name: "Khớp giấy tờ" }).click();
  await page.getByRole("heading", { name: "HỢP LỆ", exact: true }).waitFor();
  await context.close();
});
