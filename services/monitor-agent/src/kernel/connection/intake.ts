import { getHeapStatistics } from 'node:v8';

/** Something that holds answers in memory and can be made to release them. */
export interface Holder {
  overrun(): void;
}

/**
 * How much memory the answers of all servers together may take in this process, until their callers are done with them.
 * Each connection has its own limit, but hundreds of them may reach it at the same time: then the one that holds the
 * most is cut off, not the one that comes last.
 */
export class Intake {
  private total = 0;
  private readonly held = new Map<Holder, number>();
  private readonly limit: number;

  constructor(limit = getHeapStatistics().heap_size_limit / 4) {
    this.limit = limit;
  }

  get bytes(): number {
    return this.total;
  }

  take(holder: Holder, bytes: number): void {
    this.total += bytes;
    this.held.set(holder, (this.held.get(holder) ?? 0) + bytes);
    while (this.total > this.limit && this.held.size > 0) {
      const [most] = [...this.held].reduce((one, other) => (other[1] > one[1] ? other : one));
      this.release(most);
      most.overrun();
    }
  }

  release(holder: Holder): void {
    this.total -= this.held.get(holder) ?? 0;
    this.held.delete(holder);
  }
}

/** The one of this process. */
export const intake = new Intake();
