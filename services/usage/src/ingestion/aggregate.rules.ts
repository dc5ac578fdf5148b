import type { MeterDefinition } from '@tidegate/contracts/billing/catalogue';

/** What is known of a window: the largest or newest value; of a unique value, that it was seen. */
export interface Known {
  value: number;
  at: number;
}

/** What an event says, and in which order it came. */
export interface Held extends Known {
  n: number;
}

export type ByDifference = Extract<MeterDefinition['aggregate'], 'unique' | 'max' | 'latest'>;

/** Meters whose events do not simply add up. */
export const isByDifference = (aggregate: MeterDefinition['aggregate'] | undefined): aggregate is ByDifference =>
  aggregate === 'unique' || aggregate === 'max' || aggregate === 'latest';

/**
 * What an event adds to its window, and what is known after it; `next` is undefined when the event changes nothing. A
 * window begins at 0. The newest value is that of the latest instant, whatever the order of arrival.
 */
export function difference(
  aggregate: MeterDefinition['aggregate'],
  known: Known | undefined,
  { value, at }: Known,
): { adds: number; next: Known | undefined } {
  const before = known?.value ?? 0;
  if (aggregate === 'unique') return known ? { adds: 0, next: undefined } : { adds: 1, next: { value: 1, at } };
  if (aggregate === 'max') return value > before ? { adds: value - before, next: { value, at } } : NOTHING;
  if (known && at < known.at) return NOTHING;
  return { adds: value - before, next: { value, at } };
}

const NOTHING = { adds: 0, next: undefined };

/** A window while some of its events change: what the others make of it, and these one by one. */
export class ChangingWindow {
  private readonly own = new Map<string, Held>();
  private held: Held | undefined;

  constructor(
    private readonly aggregate: ByDifference,
    private readonly rest: Held | undefined,
    own: readonly (readonly [key: string, held: Held])[],
  ) {
    for (const [key, held] of own) this.own.set(key, held);
    this.decide();
  }

  /** What decides the window. */
  get best(): Held | undefined {
    return this.held;
  }

  /** An event says something else, or nothing any more. Answers what that adds to the window. */
  set(key: string, held: Held | undefined): number {
    const before = this.counts();
    const was = this.own.get(key);
    if (held) this.own.set(key, held);
    else this.own.delete(key);
    if (was && was === this.held) this.decide();
    else if (held && this.isBetter(held)) this.held = held;
    return this.counts() - before;
  }

  private counts(): number {
    return this.held?.value ?? 0;
  }

  private decide(): void {
    this.held = this.rest;
    for (const held of this.own.values()) if (this.isBetter(held)) this.held = held;
  }

  private isBetter({ value, at, n }: Held): boolean {
    if (!this.held) return true;
    if (this.aggregate === 'unique') return false;
    if (this.aggregate === 'max') return value > this.held.value;
    return at > this.held.at || (at === this.held.at && n > this.held.n);
  }
}
