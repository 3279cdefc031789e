// Runs the module away from the page, so that the page stays quick; and so that a module that has ended (a panic is a trap in
// WebAssembly) can be thrown away with its worker.
import init, { Checker, scan_frame_rgba, scan_rgba, words } from "../generated/verifier.js";
import moduleUrl from "../generated/verifier_bg.wasm?url";
import type { Request, Response } from "./engine";
import type { Answer, Claims, ReasonWords, Verdict } from "./verdict";
import type { Language } from "./words";

const ready = init({ module_or_path: new URL(moduleUrl, self.location.href) });
/** Real trust and training never meet: two checkers. */
let real: Checker | undefined;
let training: Checker | undefined;

self.onmessage = async (event: MessageEvent<Request>) => {
  const { id, ask } = event.data;
  try {
    await ready;
    reply({ id, answer: answer(ask) });
  } catch (error) {
    // A trap leaves the module in no known state; an `Error` of the module's own is an answer.
    const dead = error instanceof WebAssembly.RuntimeError;
    reply({ id, error: error instanceof Error ? error.message : String(error), dead });
  }
};

function reply(response: Response): void {
  self.postMessage(response);
}

function answer(ask: Request["ask"]): unknown {
  switch (ask.kind) {
    case "trust": {
      const checker = new Checker();
      checker.add_anchors(ask.anchors);
      if (ask.mark !== undefined) checker.remember(ask.mark);
      real?.free();
      real = checker;
      return undefined;
    }
    case "list":
      real ??= new Checker();
      real.load_trust(ask.list, ask.at);
      return real.mark();
    case "status":
      real ??= new Checker();
      real.load_status_list(ask.list, ask.at);
      return undefined;
    case "forget":
      real?.free();
      real = undefined;
      return undefined;
    case "train":
      training?.free();
      training = new Checker();
      training.add_signer(ask.signer);
      return undefined;
    case "state":
      real ??= new Checker();
      return JSON.parse(real.trust(ask.at));
    case "check":
      return check(ask.training, ask.text, ask.at);
    case "scan": {
      const pixels = new Uint8Array(ask.pixels);
      return ask.patient ? scan_rgba(ask.width, ask.height, pixels) : scan_frame_rgba(ask.width, ask.height, pixels);
    }
    case "words":
      if (words(ask.code, "vi") === undefined) return undefined;
      return inBoth((language) => JSON.parse(words(ask.code, language) ?? "{}") as ReasonWords);
  }
}

function check(isTraining: boolean, text: string, at: number): Answer {
  const checker = isTraining ? (training ??= new Checker()) : (real ??= new Checker());
  const verdict = JSON.parse(checker.check(text, at)) as Verdict;
  const reason = (language: Language) => JSON.parse(words(verdict.reason, language) ?? "{}") as ReasonWords;
  return { verdict, at, words: inBoth(reason), names: inBoth((language) => names(checker, verdict.claims, language)) };
}

function names(checker: Checker, claims: Claims | null, language: Language): Record<string, string> {
  const found: Record<string, string> = {};
  const name = (field: string, set: string, code: string | undefined) => {
    if (code) found[field] = checker.display(set, code, language) ?? code;
  };
  name("product", "product", claims?.product);
  name("disease", "disease", claims?.disease);
  name("result", "test-result", claims?.result);
  return found;
}

function inBoth<T>(of: (language: Language) => T): Record<Language, T> {
  return { vi: of("vi"), en: of("en") };
}
