// Pictures of every screen, on a phone and on a desktop, light and dark, in both languages: to be looked at. Each screen is
// also gone over by axe, which knows what keeps people out.
import { readFileSync } from "node:fs";
import { DESKTOP, output, PHONE } from "./browser.mjs";

const WORDS = {
  vi: { other: "English", picture: "Ảnh, văn bản", check: "Kiểm tra", yes: "Khớp giấy tờ", no: "Không khớp", next: "Người tiếp theo", training: "Luyện tập", about: "Thông tin", why: "Chi tiết", forget: "Quên gốc và danh sách", ready: "Sẵn sàng dùng khi không có mạng", behind: "Đồng hồ của máy chậm" },
  en: { other: "Tiếng Việt", picture: "Picture, text", check: "Check", yes: "It matches", no: "It does not match", next: "Next person", training: "Training", about: "About", why: "Details", forget: "Forget root and list", ready: "Ready to work without a network", behind: "This device's clock is behind" },
};
const DEVICES = [
  { name: "phone-light-vi", viewport: PHONE, colorScheme: "light", language: "vi" },
  { name: "phone-dark-en", viewport: PHONE, colorScheme: "dark", language: "en" },
  { name: "desktop-light-en", viewport: DESKTOP, colorScheme: "light", language: "en" },
  { name: "desktop-dark-vi", viewport: DESKTOP, colorScheme: "dark", language: "vi" },
];

const DAY = 86_400_000;
/** Days after which the demonstration's list, valid for fourteen, is due, and after which it is too old. */
const [STALE_AFTER, EXPIRED_AFTER] = [16, 40];
const AXE = readFileSync(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What axe finds on the page that is serious: rule and element, one a line. */
export async function barriers(page) {
  await page.evaluate(AXE);
  return page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ["violations"] });
    const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
    return serious.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id} ${target}: ${failureSummary}`));
  });
}

/** Takes them all; gives what is wrong: screens that are wider than the device, and what shuts people out. */
export async function photograph(browser, app, texts) {
  const [tooWide, serious] = [[], []];
  for (const { name, language, ...device } of DEVICES) {
    const context = await browser.newContext(device);
    const page = await context.newPage();
    await page.goto(app);
    const words = WORDS[language];
    const button = (word) => page.getByRole("button", { name: word, exact: true });
    const take = async (screen) => {
      await page.waitForTimeout(150);
      // What fades in is not judged before it is there.
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
      await page.screenshot({ path: output(`${name}-${screen}.png`) });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(`${name}-${screen}`);
      serious.push(...(await barriers(page)).map((line) => `${name}-${screen}: ${line}`));
    };
    await page.locator(".freshness[data-state=fresh]").waitFor();
    if (language === "en") await button(WORDS.vi.other).click();
    await take("1-start");
    await button(words.picture).click();
    await take("2-picture");
    for (const [kind, text] of Object.entries(texts)) {
      await page.locator("#text").fill(text);
      await button(words.check).click();
      if (kind === "valid") {
        await button(words.yes).waitFor();
        await take("3-identity");
        await button(words.yes).click();
      }
      await take(`4-${kind}`);
      if (kind === "valid") {
        await page.getByText(words.why, { exact: true }).click();
        await take("4-valid-details");
      }
      await button(words.next).click();
    }
    await page.locator("#text").fill(texts.valid);
    await button(words.check).click();
    await button(words.no).click();
    await take("4-other-person");
    await button(words.next).click();
    await button(words.training).click();
    await take("5-training");
    await page.locator("li.card summary").first().click();
    await take("5-training-symbol");
    await button(words.about).click();
    await take("6-about");
    await button(words.forget).click();
    await take("6-about-forget");
    await page.reload();
    await page.locator(".freshness[data-state=fresh]").waitFor();
    await page.getByText(words.ready).waitFor();
    await context.setOffline(true);
    for (const [state, days] of [["stale", STALE_AFTER], ["expired", EXPIRED_AFTER]]) {
      await page.clock.setFixedTime(new Date(Date.now() + days * DAY));
      await page.reload();
      await page.locator(`.freshness[data-state=${state}]`).waitFor();
      await take(`7-${state}`);
    }
    await button(words.picture).click();
    await page.locator("#text").fill(texts.valid);
    await button(words.check).click();
    await take("7-expired-verdict");
    await page.clock.setFixedTime(new Date("2024-01-01T00:00:00Z"));
    await page.reload();
    await page.getByText(words.behind).waitFor();
    await take("7-clock");
    await context.close();
  }
  return { tooWide, serious };
}
