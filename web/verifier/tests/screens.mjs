// Pictures of every screen, on a phone and on a desktop, light and dark, in both languages: to be looked at.
import { DESKTOP, output, PHONE } from "./browser.mjs";

const WORDS = {
  vi: { other: "English", picture: "Ảnh, văn bản", check: "Kiểm tra", yes: "Khớp giấy tờ", no: "Không khớp", next: "Người tiếp theo", training: "Luyện tập", about: "Thông tin", why: "Chi tiết" },
  en: { other: "Tiếng Việt", picture: "Picture, text", check: "Check", yes: "It matches", no: "It does not match", next: "Next person", training: "Training", about: "About", why: "Details" },
};
const DEVICES = [
  { name: "phone-light-vi", viewport: PHONE, colorScheme: "light", language: "vi" },
  { name: "phone-dark-en", viewport: PHONE, colorScheme: "dark", language: "en" },
  { name: "desktop-light-en", viewport: DESKTOP, colorScheme: "light", language: "en" },
  { name: "desktop-dark-vi", viewport: DESKTOP, colorScheme: "dark", language: "vi" },
];

/** Takes them all; gives what did not fit: screens that are wider than the device. */
export async function photograph(browser, app, texts) {
  const tooWide = [];
  for (const { name, language, ...device } of DEVICES) {
    const context = await browser.newContext(device);
    const page = await context.newPage();
    await page.goto(app);
    const words = WORDS[language];
    const button = (word) => page.getByRole("button", { name: word, exact: true });
    const take = async (screen) => {
      await page.waitForTimeout(150);
      await page.screenshot({ path: output(`${name}-${screen}.png`) });
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) tooWide.push(`${name}-${screen}`);
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
    await button(words.about).click();
    await take("6-about");
    await context.close();
  }
  return tooWide;
}
