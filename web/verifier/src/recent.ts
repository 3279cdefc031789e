// The code that was just checked may still be in view. It counts as new again when it was out of view for a while. Only a
// number is held of it, and only that one.

/** Milliseconds out of view after which the same code is checked again. */
const GONE = 2500;

class Recent {
  #hash = 0;
  #at = 0;

  /** Whether this code is to be checked; to be asked for every frame in which one was read. */
  isNew(text: string): boolean {
    const [hash, now] = [hashed(text), Date.now()];
    const isNew = hash !== this.#hash || now - this.#at > GONE;
    [this.#hash, this.#at] = [hash, now];
    return isNew;
  }

  /** An answer was closed: what is in view now is still the same code. */
  touch(): void {
    this.#at = Date.now();
  }
}

/** FNV-1a, 32 bits. */
function hashed(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash;
}

export const recent = new Recent();
