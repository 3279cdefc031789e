// What JavaScript sees of the verifier: the three answers, errors, marks. Needs `cargo xtask bindings`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const root = new URL("../../../", import.meta.url);
const folder = process.env.LACHAN_NPM_PACKAGE ?? new URL("target/bindings/npm", root).pathname;
const { Checker, CheckerError, readPixels } = await import(`${folder}/node.js`);
const vectors = JSON.parse(readFileSync(new URL("specs/vectors/certificates.json", root), "utf8"));
const national = vectors.cases.find(({ name }) => name === "national");
const anchor = new TextEncoder().encode(vectors.anchor);
const list = Buffer.from(vectors.list, "hex");

function believing() {
  const checker = new Checker();
  checker.addAnchors(anchor);
  checker.loadTrust(list, national.at);
  return checker;
}

const refused = (call, code) =>
  assert.throws(call, (error) => error instanceof CheckerError && error.code === code && error.message.length > 0);

test("the three answers", () => {
  const checker = believing();
  assert.equal(checker.check(national.text, national.at).verdict, "valid");
  assert.equal(checker.check(national.text.slice(0, -4), national.at).verdict, "invalid");
  assert.equal(new Checker().check(national.text, national.at).verdict, "unknown");
  assert.deepEqual(checker.check(national.text, national.at).trust, checker.trust(national.at));
});

test("what is refused says why", () => {
  const checker = new Checker();
  refused(() => checker.addAnchors(new Uint8Array([1, 2, 3])), "pem-malformed");
  refused(() => checker.addSigner(new Uint8Array()), "pem-malformed");
  refused(() => checker.loadTrust(list, national.at), "no-anchor");
  refused(() => checker.remember("{}"), "mark-malformed");
});

test("a status list is not taken from just anybody", () => {
  refused(() => new Checker().loadStatusList(list, national.at), "no-anchor");
  const checker = believing();
  refused(() => checker.loadStatusList(new Uint8Array([1, 2, 3]), national.at), "list-malformed");
  // Signed by whom the anchor names, but no status list.
  refused(() => checker.loadStatusList(list, national.at), "status-list-malformed");
  assert.equal(checker.check(national.text, national.at).verdict, "valid");
});

test("the rules of a country are asked, and where there are none nobody can tell", () => {
  const checker = believing();
  checker.setCountry("DE");
  const verdict = checker.check(national.text, national.at);
  assert.deepEqual([verdict.verdict, verdict.reason], ["unknown", "rules-open"]);
  checker.setCountry("");
  assert.equal(checker.check(national.text, national.at).verdict, "valid");
});

test("a mark survives a restart", () => {
  assert.equal(new Checker().mark(), undefined);
  const mark = JSON.parse(believing().mark());
  const restarted = new Checker();
  restarted.remember(JSON.stringify({ ...mark, sequence: mark.sequence + 1 }));
  restarted.addAnchors(anchor);
  refused(() => restarted.loadTrust(list, national.at), "list-rollback");
});

test("no symbol in a picture without one", () => {
  assert.equal(readPixels(2, 2, new Uint8Array(16)), undefined);
  assert.equal(readPixels(9, 9, new Uint8Array(3)), undefined);
});
