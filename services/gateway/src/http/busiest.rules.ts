/** How many are told. */
export const SHOWN = 10;
/** How many are counted at a time. */
const COUNTED = 1_000;
const MINUTE_MS = 60_000;

/**
 * Who sent most in the last full minute, in bounded memory: the frequent items of a stream by Misra and Gries ("Finding
 * repeated elements", 1982). While there are at most `COUNTED` keys in a minute the counts are exact; with more, each
 * may be too low by at most a thousandth of all, and who sent more than that is among them.
 */
export class Busiest {
  private minute = 0;
  private counts = new Map<string, number>();
  private before = new Map<string, number>();

  add(key: string, now: number): void {
    this.turn(now);
    const count = this.counts.get(key);
    if (count !== undefined || this.counts.size < COUNTED) this.counts.set(key, (count ?? 0) + 1);
    else for (const [other, rest] of this.counts) this.reduce(other, rest);
  }

  /** The most first. */
  last(now: number): { key: string; count: number }[] {
    this.turn(now);
    const all = [...this.before].map(([key, count]) => ({ key, count }));
    return all.sort((a, b) => b.count - a.count).slice(0, SHOWN);
  }

  private reduce(key: string, count: number): void {
    if (count === 1) this.counts.delete(key);
    else this.counts.set(key, count - 1);
  }

  private turn(now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.minute) return;
    this.before = minute === this.minute + 1 ? this.counts : new Map();
    this.counts = new Map();
    this.minute = minute;
  }
}
