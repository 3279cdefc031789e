// The types are what a program in TypeScript may rely on. Only checked, never run.

import { Checker, CheckerError, readPixels, type Trust, type Verdict } from "@lachan/verifier";

const checker = new Checker();
try {
  checker.addAnchors(new Uint8Array());
  checker.loadTrust(new Uint8Array(), 1_795_417_200);
  checker.addSigner(new Uint8Array());
} catch (error) {
  if (error instanceof CheckerError) {
    const words: string = `${error.code}: ${error.message}`;
    console.error(words);
  }
}
checker.loadStatusList(new Uint8Array(), 1_795_417_200);
checker.setCountry("DE");
checker.setCountry("VN", { language: "vi" });
// @ts-expect-error a purpose is a word
checker.setCountry("VN", { purpose: 1 });
const text: string | undefined = readPixels(1, 1, new Uint8Array(4));
const verdict: Verdict = checker.check(text ?? "", 1_795_417_200);
const answer: "valid" | "invalid" | "unknown" = verdict.verdict;
const trust: Trust = checker.trust(1_795_417_200);
console.log(answer, verdict.holder?.name, verdict.claims?.event, trust.list?.state);
const mark: string | undefined = checker.mark();
if (mark !== undefined) checker.remember(mark);
// @ts-expect-error a time is a number
checker.check("HC1:", "now");
// @ts-expect-error bytes are no text
checker.addAnchors("-----BEGIN CERTIFICATE-----");
checker.free();
