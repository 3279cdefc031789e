/** The answer about one certificate at one moment: what `verifier check --json` prints. */
export interface Verdict {
  /** `unknown`: nobody can tell, for instance because the signer is not known or the trust data is too old. */
  verdict: "valid" | "invalid" | "unknown";
  /** A stable code: the first check that failed, or `valid`. The codes: specs/reason-codes.md. */
  reason: string;
  format: string | null;
  /** Whose certificate it is; only with a good signature. To be compared with an identity document. */
  holder: { name: string; name_latin: string | null; birth_date: string } | null;
  /** What it says beside that; only with a good signature. */
  claims: { event: "vaccination" | "test" | "recovery"; [name: string]: unknown } | null;
  /** Whose key made the signature; only with a good signature. */
  signer: {
    kid: string;
    name: string;
    country: string;
    algorithm: string;
    not_before: string;
    not_after: string;
    source: "trust-list" | "given";
  } | null;
  trust: Trust;
  /** Of what moment the status list is that says it is not revoked; absent where none was asked. */
  not_revoked?: { as_of: string; age_seconds: number };
  /** What each rule of the chosen country says; absent where none were asked for. */
  rules?: { [name: string]: unknown }[];
  /** Every check that was made, in order. */
  checks: { step: string; ok: boolean; detail: string }[];
}

/** What was believed, and how old it is. */
export interface Trust {
  list: {
    issuer: string;
    sequence: number;
    issued: string;
    next_update: string;
    age_seconds: number;
    state: "fresh" | "stale" | "expired" | "future";
    environment: "production" | "demo";
  } | null;
  list_refused?: string;
  given_signers: number;
}

/** Why something that was handed in is refused. What was believed before is still believed. */
export class CheckerError extends Error {
  /** A stable code for programs; `message` is for people. */
  readonly code: string;
}

/**
 * A verifier that is filled step by step: anchors first, then trust data or signers. Nothing is kept of what it checks.
 * Times are seconds since 1970-01-01T00:00:00Z (`Date.now() / 1000`).
 */
export class Checker {
  /** A checker that believes nobody yet. */
  constructor();
  /** Adds the root certificates of a PEM or DER file, which trust data must lead to. Throws {@link CheckerError}. */
  addAnchors(bytes: Uint8Array): void;
  /** Believes a document signer's certificate (PEM or DER) on the caller's word. Throws {@link CheckerError}. */
  addSigner(bytes: Uint8Array): void;
  /** Takes signed trust data. What is refused is not used, and verdicts say why. Throws {@link CheckerError}. */
  loadTrust(bytes: Uint8Array, at: number): void;
  /**
   * Also goes by a signed status list (CWT) of the publisher of the trust data: what was revoked since those were made.
   * What is refused is not used; nothing that was revoked before comes back. Throws {@link CheckerError}.
   */
  loadStatusList(bytes: Uint8Array, at: number): void;
  /**
   * From now on also asks the rules of the trust data of that country (ISO 3166-1 alpha-2), for `purpose` (by default
   * `entry`), and tells them in `language` (by default `en`). An empty country asks none. Where there are no such rules,
   * nobody can tell: `rules-open`.
   */
  setCountry(country: string, options?: { purpose?: string; language?: string }): void;
  /** Checks the text of a certificate. */
  check(text: string, at: number): Verdict;
  /** The same as JSON, letter for letter what every other binding gives. */
  checkJson(text: string, at: number): string;
  /** What is believed at that time. */
  trust(at: number): Trust;
  trustJson(at: number): string;
  /** What to remember of the newest trust data across restarts; `undefined` before any was taken. */
  mark(): string | undefined;
  /** Remembers what `mark` gave before a restart, so that no older data is taken. Throws {@link CheckerError}. */
  remember(mark: string): void;
  /** Gives the memory back at once; otherwise the garbage collector does. */
  free(): void;
}

/**
 * The text of the QR symbol in a picture, four bytes a pixel (red, green, blue, opacity) as a canvas's `getImageData`
 * gives them; `undefined` where there is none.
 */
export function readPixels(width: number, height: number, rgba: Uint8Array): string | undefined;
