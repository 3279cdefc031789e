// Whether the camera is wanted, and which one: stays from one person to the next, so that scanning goes on by itself.
import type { Facing } from "./camera";

const KEY = "camera";

class Running {
  on = $state(false);
  facing = $state<Facing>(localStorage.getItem(KEY) === "user" ? "user" : "environment");

  flip(): void {
    this.facing = this.facing === "user" ? "environment" : "user";
    localStorage.setItem(KEY, this.facing);
  }
}

export const running = new Running();
