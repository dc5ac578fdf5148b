/** Small numbers from a seed, the same everywhere. */
export class Chance {
  constructor(private state: number) {}

  private next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Both included. */
  int = (from: number, to: number): number => from + Math.floor(this.next() * (to - from + 1));
  of = <T>(...all: T[]): T => all[this.int(0, all.length - 1)] as T;
  is = (oneIn: number): boolean => this.int(1, oneIn) === 1;
}
