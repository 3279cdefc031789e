// Checks one certificate: node check.mjs ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]
//
//   cargo xtask bindings
//   cd target/bindings/sample
//   mkdir app && npm install --prefix app ../npm && cp ../../../verifier/js/example/check.mjs app
//   node app/check.mjs anchor.pem trust-list.cose valid.txt "$(cat at)"

import { readFileSync } from "node:fs";
import { Checker, CheckerError } from "@lachan/verifier";

const [anchor, trustList, certificate, seconds] = process.argv.slice(2);
const at = seconds === undefined ? Date.now() / 1000 : Number(seconds);
try {
  const checker = new Checker();
  checker.addAnchors(readFileSync(anchor));
  checker.loadTrust(readFileSync(trustList), at);
  console.log(checker.checkJson(readFileSync(certificate, "utf8"), at));
} catch (error) {
  if (!(error instanceof CheckerError)) throw error;
  console.error(`${error.message} (${error.code})`);
  process.exitCode = 64;
}
