// The device's clock decides whether a certificate is in force, so the app says when it cannot be right. It is never
// corrected silently: a verdict is as of the device's time, and the warning stands beside it.

/** Seconds since 1970 when the app was built: it cannot be earlier now. */
declare const __BUILT_AT__: number;
export const BUILT_AT = __BUILT_AT__;

const KEY = "newest-time";
/** A clock may be off by so many seconds before the app speaks of it. */
const TOLERANCE = 300;

export function now(): number {
  return Math.floor(Date.now() / 1000);
}

class Clock {
  /** The newest time that somebody else vouched for: build, signed list, server. */
  #newest = $state(Math.max(BUILT_AT, Number(localStorage.getItem(KEY)) || 0));
  /** Device minus server in seconds, when the server was last heard in this visit. */
  #difference = $state(0);
  #tick = $state(now());

  constructor() {
    setInterval(() => (this.#tick = now()), 10_000);
  }

  /** The time, looked at again every ten seconds. */
  get tick(): number {
    return this.#tick;
  }

  /** The clock stands before something that has already happened. */
  get isBehind(): boolean {
    return this.#tick < this.#newest - TOLERANCE;
  }

  /** Minutes between this clock and the server's, when they are worth a word. */
  get minutesOff(): number {
    return Math.abs(this.#difference) > TOLERANCE ? Math.round(Math.abs(this.#difference) / 60) : 0;
  }

  /** A time that has certainly come: that of a signed list which was accepted. */
  heard(seconds: number): void {
    if (seconds <= this.#newest) return;
    this.#newest = seconds;
    localStorage.setItem(KEY, String(seconds));
  }

  /** The server's `Date`, which says the time of its answer. It is not signed: it may warn and is not remembered. */
  compare(date: string | null): void {
    const server = Date.parse(date ?? "");
    if (!Number.isNaN(server)) this.#difference = Math.round((Date.now() - server) / 1000);
  }
}

export const clock = new Clock();
