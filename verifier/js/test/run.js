// Runs one case and says what the binding says, in Node and in the browser alike. The format: tests/src/binding_cases.rs.

function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** What a binding says about one line of a file of cases. `read` makes a text of the bytes of a picture. */
export async function run({ Checker, CheckerError }, line, read) {
  const [, seconds, anchors, trust, trustAt, signer, kind, certificate, statusList, country, purpose, language] =
    line.split("\t");
  const at = Number(seconds);
  const checker = new Checker();
  const code = (call) => {
    try {
      call();
      return "ok";
    } catch (error) {
      if (!(error instanceof CheckerError)) throw error;
      return error.code;
    }
  };
  const codes = [];
  if (anchors) codes.push(code(() => checker.addAnchors(bytes(anchors))));
  if (trust) codes.push(code(() => checker.loadTrust(bytes(trust), Number(trustAt))));
  if (signer) codes.push(code(() => checker.addSigner(bytes(signer))));
  if (statusList) codes.push(code(() => checker.loadStatusList(bytes(statusList), Number(trustAt))));
  if (country) codes.push(code(() => checker.setCountry(country, { purpose, language })));
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = kind === "picture" ? await read(bytes(certificate)) : decoder.decode(bytes(certificate));
  const said = [codes.join(","), checker.checkJson(text, at), checker.trustJson(at)].join("\t");
  checker.free();
  return said;
}
