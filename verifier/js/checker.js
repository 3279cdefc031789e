// What a program in JavaScript sees of the WebAssembly module: names as JavaScript writes them, and one kind of error.
// No logic.

import * as wasm from "./wasm/verifier.js";

/** Why something that was handed in is refused. `code` is stable, `message` is for people. */
export class CheckerError extends Error {
  constructor(code, words) {
    super(words);
    this.name = "CheckerError";
    this.code = code;
  }
}

/** The module writes its errors as "reason: code: words"; the reason is in verdicts too. */
function refusing(call) {
  try {
    return call();
  } catch (error) {
    const [, code, words] = /^[a-z0-9-]*: ([a-z0-9-]+): ([^]*)$/.exec(error?.message ?? "") ?? [];
    throw code === undefined ? error : new CheckerError(code, words);
  }
}

export class Checker {
  #checker = new wasm.Checker();

  addAnchors(bytes) {
    refusing(() => this.#checker.add_anchors(bytes));
  }

  addSigner(bytes) {
    refusing(() => this.#checker.add_signer(bytes));
  }

  loadTrust(bytes, at) {
    refusing(() => this.#checker.load_trust(bytes, at));
  }

  loadStatusList(bytes, at) {
    refusing(() => this.#checker.load_status_list(bytes, at));
  }

  setCountry(country, { purpose = "entry", language = "en" } = {}) {
    this.#checker.set_country(country, purpose, language);
  }

  checkJson(text, at) {
    return this.#checker.check(text, at);
  }

  check(text, at) {
    return JSON.parse(this.checkJson(text, at));
  }

  trustJson(at) {
    return this.#checker.trust(at);
  }

  trust(at) {
    return JSON.parse(this.trustJson(at));
  }

  mark() {
    return this.#checker.mark();
  }

  remember(mark) {
    if (!this.#checker.remember(mark)) {
      throw new CheckerError("mark-malformed", "this is no mark of a checker");
    }
  }

  free() {
    this.#checker.free();
  }
}

/** The text of the QR symbol in a picture, four bytes a pixel as a canvas gives them; undefined where there is none. */
export function readPixels(width, height, rgba) {
  return wasm.scan_rgba(width, height, rgba);
}
