// One person at a time: from the text of a code to the answer that is shown. What is known of a person lives here, in memory,
// until the next one comes, a minute has passed, or the app is put away.
import { now } from "./clock.svelte";
import { counter, type Kind } from "./counter.svelte";
import { engine } from "./engine";
import { recent } from "./recent";
import { sound } from "./sound.svelte";
import training from "../generated/training.json";
import type { Answer } from "./verdict";

export type Screen = "scan" | "picture" | "training" | "about";
/** What is shown of an answer: first the person, where there is one to compare, then the verdict. */
export type Stage = { kind: "identity"; answer: Answer } | { kind: "verdict"; result: Kind; answer: Answer | undefined };

/** How long an answer stays when nobody touches anything, in milliseconds. */
const FORGOTTEN_AFTER = 60_000;

class Session {
  screen = $state<Screen>("scan");
  stage = $state<Stage | undefined>();
  /** Whether samples are checked instead of people's certificates. */
  isTraining = $state(false);
  #timer: number | undefined;

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.next();
    });
  }

  show(screen: Screen): void {
    this.next();
    this.screen = screen;
    this.isTraining = screen === "training";
  }

  /** The camera, but for samples. */
  scanSamples(): void {
    this.next();
    this.screen = "scan";
  }

  async check(text: string): Promise<void> {
    const isTraining = this.isTraining;
    try {
      const answer = await engine.check(text.trim(), isTraining ? training.checkedAt : now(), isTraining);
      this.#answered(answer);
    } catch {
      this.#close("unknown", undefined);
    }
  }

  /** A picture in which no code could be read: nobody can tell. */
  async unreadable(): Promise<void> {
    const words = await engine.words("picture-unreadable");
    const verdict = {
      verdict: "unknown",
      reason: "picture-unreadable",
      holder: null,
      claims: null,
      signer: null,
      trust: { list: null },
    } as const;
    this.#answered({ verdict, words, names: { vi: {}, en: {} }, at: now() });
  }

  /** The checker compared the person with a document. */
  compared(matches: boolean): void {
    if (this.stage?.kind === "identity") this.#close(matches ? "valid" : "other_person", this.stage.answer);
  }

  /** The answer is done with; nothing of it stays. */
  next(): void {
    clearTimeout(this.#timer);
    if (this.stage) recent.touch();
    this.stage = undefined;
  }

  #answered(answer: Answer): void {
    if (answer.verdict.verdict === "valid") {
      this.stage = { kind: "identity", answer };
      this.#wait();
    } else {
      this.#close(answer.verdict.verdict, answer);
    }
  }

  #close(result: Kind, answer: Answer | undefined): void {
    this.stage = { kind: "verdict", result, answer };
    sound.play(result);
    if (!this.isTraining) counter.add(result);
    this.#wait();
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.next(), FORGOTTEN_AFTER);
  }
}

export const session = new Session();
export { training };

/** Tells the module who signs the samples; once for each module. */
export function prepareTraining(): Promise<void> {
  return engine.train(new TextEncoder().encode(training.signer));
}
