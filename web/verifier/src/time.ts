// Times as people write them. Dates in certificates stay as they are but for their order.
import type { Language, Words } from "./words";

/** How old, in the largest unit that says it. */
export function age(seconds: number, words: Words): string {
  const past = Math.max(0, seconds);
  if (past < 3600) return `${Math.floor(past / 60)} ${words.minutes}`;
  if (past < 172_800) return `${Math.floor(past / 3600)} ${words.hours}`;
  return `${Math.floor(past / 86_400)} ${words.days}`;
}

/** `1990-05-17` as 17/05/1990, `1990-05` as 05/1990; anything else as it is. */
export function date(text: string): string {
  const [, year, month, day] = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(text) ?? [];
  return year ? [day, month, year].filter(Boolean).join("/") : text;
}

/** A moment in the device's own time zone. */
export function moment(when: string | number, language: Language): string {
  const time = new Date(typeof when === "number" ? when * 1000 : when);
  if (Number.isNaN(time.getTime())) return String(when);
  return time.toLocaleString(language === "vi" ? "vi-VN" : "en-GB", { dateStyle: "short", timeStyle: "short" });
}
