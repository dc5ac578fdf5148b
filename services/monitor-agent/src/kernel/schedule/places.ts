/**
 * Limits how many run at once in all, and for each organisation and person, so that somebody with many hanging servers
 * does not delay others.
 */
export class Places {
  private readonly taken = new Map<string, number>();
  private inAll = 0;
  private readonly limits: { all: number; each: number };

  constructor(limits: { all: number; each: number }) {
    this.limits = limits;
  }

  get used(): number {
    return this.inAll;
  }

  /** Returns how to release the place; undefined when one of these has none left. */
  take(owners: readonly string[]): (() => void) | undefined {
    const { all, each } = this.limits;
    if (this.inAll >= all || owners.some((owner) => (this.taken.get(owner) ?? 0) >= each)) return undefined;
    this.count(owners, 1);
    let held = true;
    return () => {
      if (held) this.count(owners, -1);
      held = false;
    };
  }

  private count(owners: readonly string[], change: 1 | -1): void {
    this.inAll += change;
    for (const owner of new Set(owners)) {
      const now = (this.taken.get(owner) ?? 0) + change;
      if (now > 0) this.taken.set(owner, now);
      else this.taken.delete(owner);
    }
  }
}
