// The page's way to the module. One that traps or does not answer is thrown away; the next one is told what is believed, and
// whoever asked gets `EngineFailed`, which is shown as "cannot tell".
import type { Answer, Trust } from "./verdict";

export type Ask =
  | { kind: "trust"; anchors: Uint8Array; mark: string | undefined }
  | { kind: "list"; list: Uint8Array; at: number }
  | { kind: "status"; list: Uint8Array; at: number }
  | { kind: "forget" }
  | { kind: "train"; signer: Uint8Array }
  | { kind: "state"; at: number }
  | { kind: "check"; training: boolean; text: string; at: number }
  | { kind: "scan"; width: number; height: number; pixels: ArrayBuffer; patient: boolean }
  | { kind: "words"; code: string };
export interface Request {
  id: number;
  ask: Ask;
}
export type Response = { id: number; answer: unknown } | { id: number; error: string; dead: boolean };

/** The module ended or hung. */
export class EngineFailed extends Error {}
/** The module refused what it was given; begins with the reason code of the norm. */
export class Refused extends Error {
  get code(): string {
    return this.message.split(":", 1)[0] ?? this.message;
  }
}

/** Longer than any picture takes on a slow phone, in milliseconds. */
const PATIENCE = 20_000;

interface Waiting {
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
  timer: number;
}

class Engine {
  /** Called with a new module, before anything else is asked of it. */
  onRestart: () => void = () => {};
  #worker = this.#start();
  #waiting = new Map<number, Waiting>();
  #next = 0;

  loadAnchors(anchors: Uint8Array, mark: string | undefined): Promise<void> {
    return this.#ask({ kind: "trust", anchors, mark }) as Promise<void>;
  }

  /** Takes a list; gives the mark to remember. */
  loadList(list: Uint8Array, at: number): Promise<string> {
    return this.#ask({ kind: "list", list, at }) as Promise<string>;
  }

  /** Takes a status list: what is revoked. */
  loadStatusList(list: Uint8Array, at: number): Promise<void> {
    return this.#ask({ kind: "status", list, at }) as Promise<void>;
  }

  forget(): Promise<void> {
    return this.#ask({ kind: "forget" }) as Promise<void>;
  }

  train(signer: Uint8Array): Promise<void> {
    return this.#ask({ kind: "train", signer }) as Promise<void>;
  }

  trust(at: number): Promise<Trust> {
    return this.#ask({ kind: "state", at }) as Promise<Trust>;
  }

  check(text: string, at: number, training: boolean): Promise<Answer> {
    return this.#ask({ kind: "check", training, text, at }) as Promise<Answer>;
  }

  /** The words of the norm for a reason, in both languages. */
  words(code: string): Promise<Answer["words"]> {
    return this.#ask({ kind: "words", code }) as Promise<Answer["words"]>;
  }

  /** The text of the QR symbol in a picture; its pixels are handed over. */
  scan(picture: ImageData, patient: boolean): Promise<string | undefined> {
    const pixels = picture.data.buffer as ArrayBuffer;
    const ask: Ask = { kind: "scan", width: picture.width, height: picture.height, pixels, patient };
    return this.#ask(ask, [pixels]) as Promise<string | undefined>;
  }

  #ask(ask: Ask, transfer: Transferable[] = []): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => this.#restart("no answer"), PATIENCE);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#worker.postMessage({ id, ask } satisfies Request, transfer);
    });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = (event: MessageEvent<Response>) => this.#take(event.data);
    worker.onerror = (event) => this.#restart(event.message);
    return worker;
  }

  #take(response: Response): void {
    const waiting = this.#waiting.get(response.id);
    if (!waiting) return;
    if ("error" in response && response.dead) {
      this.#restart(response.error);
      return;
    }
    this.#waiting.delete(response.id);
    clearTimeout(waiting.timer);
    if ("error" in response) waiting.reject(new Refused(response.error));
    else waiting.resolve(response.answer);
  }

  #restart(why: string): void {
    this.#worker.terminate();
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#worker = this.#start();
    this.onRestart();
    for (const waiting of lost) {
      clearTimeout(waiting.timer);
      waiting.reject(new EngineFailed(why));
    }
  }
}

export const engine = new Engine();
