// The verdict as the module gives it (the JSON of `verifier check --json`), as far as the app shows it, and its words.
import type { Language } from "./words";

export type Outcome = "valid" | "invalid" | "unknown";

export interface Holder {
  name: string;
  name_latin: string | null;
  birth_date: string;
}

export interface Claims {
  event: "vaccination" | "test" | "recovery";
  expires_at: string | null;
  dose_number?: number;
  series_doses?: number;
  doses_received?: number;
  date?: string;
  product?: string;
  disease?: string;
  sampled?: string;
  result?: string;
  first_positive?: string;
}

export interface ListFacts {
  issuer: string;
  sequence: number;
  issued: string;
  next_update: string;
  age_seconds: number;
  state: "fresh" | "stale" | "expired" | "future";
  environment: "production" | "demo";
}

export interface Trust {
  list: ListFacts | null;
  list_refused?: string;
}

export interface Verdict {
  verdict: Outcome;
  reason: string;
  holder: Holder | null;
  claims: Claims | null;
  signer: { name: string; country: string } | null;
  trust: Trust;
}

/** Words of the norm for one reason. */
export interface ReasonWords {
  headline: string;
  finding: string;
  action: string;
}

/** One answer with all that is needed to show it in either language. */
export interface Answer {
  verdict: Verdict;
  words: Record<Language, ReasonWords>;
  /** Names of the coded values: product, disease, result. */
  names: Record<Language, Record<string, string>>;
  /** When it was checked, seconds since 1970. */
  at: number;
}
