/**
 * What has failed waits apart for a while, so that it neither stops nor delays whoever is due behind it: a loop that takes the
 * first so many of what is due would otherwise take the same ones again. It is known to this process only; another one finds
 * out by itself.
 */
export class SetAside {
  private readonly until = new Map<string, number>();

  constructor(private readonly forMs: number) {}

  add(id: string): void {
    this.until.set(id, performance.now() + this.forMs);
  }

  /** Those that still wait. */
  ids(): string[] {
    const now = performance.now();
    for (const [id, until] of this.until) if (until <= now) this.until.delete(id);
    return [...this.until.keys()];
  }

  /** When to turn next, in milliseconds: for what is due by then, or for the first that waits here. */
  next(dueInMs: number | undefined): number | undefined {
    if (this.until.size === 0) return dueInMs;
    const first = Math.max(0, Math.min(...this.until.values()) - performance.now());
    return Math.min(first, dueInMs ?? Number.POSITIVE_INFINITY);
  }
}
