// Who is believed. The root is what the server gave at the first visit, and stays so: another one is refused loudly. The
// signed list is fetched when there is a network; only a newer one of the same publisher replaces the one kept.
import { clock, now } from "./clock.svelte";
import { engine, Refused } from "./engine";
import * as storage from "./storage";
import type { Trust } from "./verdict";
import type { Language } from "./words";

/** Where the server answers, seen from /verify/. */
const ANCHORS = "../api/trust-anchors";
const LIST = "../api/trust-list";
/** Followed by numbers from 1 on, as many as there are. */
const STATUS_LISTS = "../api/status-lists/";
/** More lists than this, each of a million certificates, no device shall fetch. */
const MOST_STATUS_LISTS = 300;
/** How often a page that stays open looks for a newer list, in milliseconds. */
const RENEWAL = 30 * 60 * 1000;

/** For a refusal that has no words in this version. */
const UNKNOWN = { vi: { finding: "?" }, en: { finding: "?" } };

class TrustData {
  /** As the verifier sees it now; `undefined` before it was asked. */
  state = $state<Trust | undefined>();
  anchorChanged = $state(false);
  /** Why the newest list offered was refused, in the norm's words. */
  refused = $state<Record<Language, { finding: string }> | undefined>();
  /** SHA-256 of the root's file, in groups of four. */
  fingerprint = $state("");
  #kept: storage.Kept | undefined;

  async start(): Promise<void> {
    this.#kept = await storage.kept().catch(() => undefined);
    await this.load();
    await this.renew();
    setInterval(() => void this.renew(), RENEWAL);
    addEventListener("online", () => void this.renew());
  }

  /** Looks at the age of the data again. */
  async look(): Promise<void> {
    this.state = await engine.trust(now());
  }

  /** Asks the server for root and list; `false` where it did not answer or what it gave was refused. */
  async renew(): Promise<boolean> {
    try {
      const [anchors, list, statusLists] = await Promise.all([fetched(ANCHORS), fetched(LIST), allStatusLists()]);
      if (this.#kept && !equal(this.#kept.anchors, anchors)) {
        this.anchorChanged = true;
        return false;
      }
      this.anchorChanged = false;
      if (!this.#kept) {
        this.#kept = { anchors, list: undefined, statusLists: [], mark: undefined, fetchedAt: now() };
        await engine.loadAnchors(anchors, undefined);
      }
      await this.#take(this.#kept, list, statusLists);
      return true;
    } catch (error) {
      if (error instanceof Refused) this.refused = (await engine.words(error.code).catch(() => undefined)) ?? UNKNOWN;
      return false;
    } finally {
      await this.look().catch(() => {});
    }
  }

  /** Forgets root and list, and takes what the server offers next. */
  async forget(): Promise<void> {
    await storage.forget();
    await engine.forget();
    this.#kept = undefined;
    this.anchorChanged = false;
    this.refused = undefined;
    this.fingerprint = "";
    await this.renew();
  }

  async #take(kept: storage.Kept, list: Uint8Array, statusLists: Uint8Array[]): Promise<void> {
    const mark = await engine.loadList(list, now());
    for (const one of statusLists) await engine.loadStatusList(one, now());
    this.refused = undefined;
    this.#kept = { ...kept, list, statusLists, mark, fetchedAt: now() };
    await storage.keep(this.#kept);
    await this.#after();
  }

  /** Tells a new module what is kept. */
  async load(): Promise<void> {
    const kept = this.#kept;
    if (!kept) return;
    await engine.loadAnchors(kept.anchors, kept.mark);
    if (kept.list) await engine.loadList(kept.list, now()).catch(() => {});
    for (const one of kept.statusLists ?? []) await engine.loadStatusList(one, now()).catch(() => {});
    await this.#after();
  }

  async #after(): Promise<void> {
    await this.look();
    const issued = Date.parse(this.state?.list?.issued ?? "");
    if (!Number.isNaN(issued)) clock.heard(issued / 1000);
    if (this.#kept) this.fingerprint = await fingerprint(this.#kept.anchors);
  }
}

async function fetched(path: string): Promise<Uint8Array> {
  const answer = await fetch(path, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(15_000) });
  clock.compare(answer.headers.get("date"));
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Every status list that the server has; an empty answer where it publishes none. */
async function allStatusLists(): Promise<Uint8Array[]> {
  const lists: Uint8Array[] = [];
  while (lists.length < MOST_STATUS_LISTS) {
    const path = `${STATUS_LISTS}${lists.length + 1}`;
    const answer = await fetch(path, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(15_000) });
    if (answer.status === 404) break;
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    lists.push(new Uint8Array(await answer.arrayBuffer()));
  }
  return lists;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

/** Of the first certificate, as `openssl x509 -fingerprint -sha256` shows it, in groups of four digits. */
async function fingerprint(pem: Uint8Array): Promise<string> {
  const text = new TextDecoder().decode(pem);
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END/.exec(text)?.[1];
  if (!body || !crypto.subtle) return "";
  const der = Uint8Array.from(atob(body.replace(/\s/g, "")), (character) => character.charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", der));
  const digits = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
  return digits.match(/.{4}/g)?.join(" ") ?? "";
}

export const trust = new TrustData();
