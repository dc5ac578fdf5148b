import { DAY, HOUR, type Step, windowOf } from './calendar.ts';
import { hourOf } from './usage-model.ts';

/** What a page beyond the limit costs. */
export type PagePrice = 'by the page' | 'by ten pages';

interface Charge {
  price: PagePrice;
  included: number;
  windowStart: number;
  from: number;
  until: number;
  /** When it is looked at next; after 36 days never again. */
  due: number | undefined;
  charged: number;
}

/** Pages beyond the limit, window by window. */
export class Pages {
  private open: { price: PagePrice; from: number } | undefined;
  private included = 0;
  private readonly charges: Charge[] = [];

  /** @param used pages used between two instants, as is known by now */
  constructor(private readonly used: (from: number, until: number) => number) {}

  change(pages: { price: PagePrice; included: number } | undefined, steps: readonly Step[], now: number): void {
    this.close(steps, now);
    if (this.open?.price !== pages?.price) this.end(steps, now);
    if (pages && !this.open)
      this.open = { price: pages.price, from: Math.max(hourOf(now), windowOf(steps, 1, now).start) };
    this.included = pages?.included ?? 0;
  }

  /** Pages are not charged as before any more: up to the hour. */
  end(steps: readonly Step[], now: number): void {
    const cut = hourOf(now);
    if (this.open && this.open.from < cut) this.charge(windowOf(steps, 1, this.open.from).start, this.open.from, cut);
    this.open = undefined;
  }

  /** The windows that are over. */
  close(steps: readonly Step[], until: number): void {
    while (this.open) {
      const { start, end } = windowOf(steps, 1, this.open.from);
      if (end > until) return;
      this.charge(start, this.open.from, end);
      this.open.from = end;
    }
  }

  isDue = (now: number): boolean => this.charges.some(({ due }) => due !== undefined && due <= now);
  coming = (): number[] => this.charges.flatMap(({ due }) => due ?? []);

  /** An hour after a window's end its pages are charged, and what has come later with every window after it. */
  *owed(now: number): Generator<number> {
    for (const one of this.charges) {
      if (one.due === undefined || one.until > now - HOUR) continue;
      const beyond = (until: number) => Math.max(0, this.used(one.windowStart, until) - one.included);
      const owed = costOf(one.price, beyond(one.until)) - costOf(one.price, beyond(one.from));
      const last = one.until + 36 * DAY;
      one.due = now >= last ? undefined : last;
      yield owed - one.charged;
      one.charged = owed;
    }
  }

  private charge(windowStart: number, from: number, until: number): void {
    const { price } = this.open as { price: PagePrice };
    this.charges.push({ price, included: this.included, windowStart, from, until, due: until + HOUR, charged: 0 });
  }
}

/** 1.5 cents a page, rounded once; or 7 cents for each ten that are begun. */
const costOf = (price: PagePrice, pages: number): number =>
  price === 'by the page' ? Math.floor((15 * pages) / 10 + 0.5) : Math.ceil(pages / 10) * 7;
