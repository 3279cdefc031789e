// The language of the page: Vietnamese first, one switch to English, remembered.
import { words, type Language, type Words } from "./words";

const KEY = "language";

class Chosen {
  code = $state<Language>(localStorage.getItem(KEY) === "en" ? "en" : "vi");

  get words(): Words {
    return words[this.code];
  }

  toggle(): void {
    this.code = this.code === "vi" ? "en" : "vi";
    localStorage.setItem(KEY, this.code);
  }
}

export const language = new Chosen();
