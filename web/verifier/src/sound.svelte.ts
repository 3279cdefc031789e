// Every answer has its own sound and its own vibration, so that it is known without a look: two rising notes, a low buzz
// twice, one note held.
import type { Kind } from "./counter.svelte";

const KEY = "sound";

interface Note {
  from: number;
  length: number;
  pitch: number;
  shape: OscillatorType;
}

const NOTES: Record<Kind, Note[]> = {
  valid: [
    { from: 0, length: 0.14, pitch: 660, shape: "sine" },
    { from: 0.15, length: 0.28, pitch: 990, shape: "sine" },
  ],
  invalid: [
    { from: 0, length: 0.22, pitch: 170, shape: "square" },
    { from: 0.3, length: 0.35, pitch: 130, shape: "square" },
  ],
  unknown: [{ from: 0, length: 0.5, pitch: 440, shape: "triangle" }],
  other_person: [
    { from: 0, length: 0.22, pitch: 170, shape: "square" },
    { from: 0.3, length: 0.35, pitch: 130, shape: "square" },
  ],
};
const BUZZ: Record<Kind, number[]> = {
  valid: [80],
  invalid: [200, 100, 300],
  unknown: [120, 80, 120],
  other_person: [200, 100, 300],
};

class Sound {
  on = $state(localStorage.getItem(KEY) !== "off");
  #context: AudioContext | undefined;

  /** To be called in a touch or click: browsers play nothing before one. */
  unlock(): void {
    this.#context ??= new AudioContext();
    void this.#context.resume();
  }

  toggle(): void {
    this.on = !this.on;
    localStorage.setItem(KEY, this.on ? "on" : "off");
  }

  play(kind: Kind): void {
    if (!this.on) return;
    navigator.vibrate?.(BUZZ[kind]);
    const context = this.#context;
    if (!context) return;
    for (const { from, length, pitch, shape } of NOTES[kind]) {
      const [tone, volume] = [context.createOscillator(), context.createGain()];
      const start = context.currentTime + from;
      tone.type = shape;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(shape === "square" ? 0.12 : 0.3, start + 0.02);
      volume.gain.linearRampToValueAtTime(0, start + length);
      tone.connect(volume).connect(context.destination);
      tone.start(start);
      tone.stop(start + length);
    }
  }
}

export const sound = new Sound();
