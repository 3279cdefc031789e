// How many checks this device made, per day and answer: numbers and nothing else. They show that a door really checks.

const KEY = "checks";
const DAYS = 31;

export type Kind = "valid" | "invalid" | "unknown" | "other_person";
export const KINDS: Kind[] = ["valid", "invalid", "unknown", "other_person"];
/** Counts by day, `YYYY-MM-DD`, the newest first. */
type Counts = [day: string, counts: Record<Kind, number>][];

class Counter {
  days = $state<Counts>(read());

  add(kind: Kind): void {
    const today = day();
    const counts = this.days.find(([day]) => day === today)?.[1] ?? { valid: 0, invalid: 0, unknown: 0, other_person: 0 };
    const rest = this.days.filter(([day]) => day !== today).slice(0, DAYS - 1);
    this.days = [[today, { ...counts, [kind]: counts[kind] + 1 }], ...rest];
    localStorage.setItem(KEY, JSON.stringify(this.days));
  }

  get today(): number {
    const counts = this.days.find(([date]) => date === day())?.[1];
    return counts ? KINDS.reduce((sum, kind) => sum + counts[kind], 0) : 0;
  }

  reset(): void {
    this.days = [];
    localStorage.removeItem(KEY);
  }
}

function day(): string {
  const now = new Date();
  const two = (number: number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

function read(): Counts {
  try {
    const days: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(days) ? (days as Counts) : [];
  } catch {
    return [];
  }
}

export const counter = new Counter();
