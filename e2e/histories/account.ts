import type { Books } from './books.ts';
import { type Span, type Step, windowOf } from './calendar.ts';
import { type Coupons, taken } from './coupons.ts';
import { type PagePrice, Pages } from './pages.ts';
import type { Plan, Product } from './sold.ts';

/** What is paid for a whole period. */
export interface Position {
  name: string;
  cents: number;
}

/** What the subscription costs from now on. */
export interface Terms {
  plan: Plan;
  positions: Position[];
  setup: number;
  pages: { price: PagePrice; included: number } | undefined;
}

/** With what a coupon took from it when it was charged, and for which time. */
interface Paid extends Position {
  off: number;
  time: Span;
}

/* What the subscription of one product is charged: part of the model, written from the documents, apart from the service. */
export class Account {
  readonly pages: Pages;
  private positions: Paid[] = [];
  private period: Span | undefined;
  private readonly setUp = new Set<Plan>();

  constructor(
    private readonly product: Product,
    private readonly books: Books,
    private readonly coupons: Coupons,
    used: (from: number, until: number) => number,
  ) {
    this.pages = new Pages(used);
  }

  /** Every period that has begun by an instant is charged in full, on an invoice of its own. */
  begin({ plan, positions }: Terms, steps: readonly Step[], until: number): void {
    while (this.period && this.period.end < until) {
      const period = { start: this.period.end, end: windowOf(steps, 'paid', this.period.end).end };
      this.period = period;
      const coupon = this.coupons.running(this.product, period.start);
      const off = taken(
        positions.map(({ cents }) => cents),
        coupon,
        { plan, rest: (cents) => cents, kept: 0 },
      );
      this.positions = positions.map((one, index) => ({ ...one, off: off[index] as number, time: period }));
      for (const one of this.positions) this.books.book(this.product, one.cents - one.off);
      if (positions.length > 0) this.books.invoice();
    }
    this.pages.close(steps, until - 1);
  }

  /** The subscription costs something else from now on; `undefined`: nothing any more. */
  change(terms: Terms | undefined, steps: readonly Step[], now: number): void {
    const to = windowOf(steps, 'paid', now);
    const from = this.period ?? to;
    const again = from.start !== to.start || from.end !== to.end;
    const after = terms?.positions ?? [];
    const stays = (one: Position, others: readonly Position[]) =>
      !again && others.some((other) => other.name === one.name && other.cents === one.cents);
    const before = this.positions;
    const kept = before.filter((one) => stays(one, after));
    const begun = after.filter((one) => !stays(one, before));
    let moved = false;
    for (const one of before) {
      const left = share(one.cents, from, now);
      if (kept.includes(one) || left === 0) continue;
      // What a coupon took was never paid, and is not given back.
      this.books.book(this.product, share(one.off, one.time, now) - left);
      moved = true;
    }
    const time = { start: now, end: to.end };
    const setup = terms && terms.setup > 0 && !this.setUp.has(terms.plan) ? [terms.setup] : [];
    if (terms && setup.length > 0) this.setUp.add(terms.plan);
    const charges = [...setup, ...begun.map(({ cents }) => share(cents, to, now))];
    const off = taken(charges, this.coupons.running(this.product, now), {
      plan: terms?.plan as Plan,
      rest: (cents) => share(cents, to, now),
      kept: kept.reduce((sum, one) => sum + share(one.off, one.time, now), 0),
    });
    for (const [index, cents] of charges.entries()) {
      if (cents === 0) continue;
      this.books.book(this.product, cents - (off[index] as number));
      moved = true;
    }
    this.positions = after.map((one) => {
      const index = begun.indexOf(one);
      if (index >= 0) return { ...one, off: off[setup.length + index] as number, time };
      return kept.find(({ name }) => name === one.name) as Paid;
    });
    this.period = to;
    this.pages.change(terms?.pages, steps, now);
    if (moved && this.books.waiting > 0) this.books.invoice();
  }

  /** Nothing more is charged for a while; what is paid for stays so, and what was used by then is charged. */
  rest(steps: readonly Step[], now: number): void {
    this.pages.close(steps, now);
    this.pages.end(steps, now);
  }

  chargePages(now: number): void {
    while (this.pages.isDue(now)) {
      let moved = false;
      for (const cents of this.pages.owed(now)) {
        this.books.book(this.product, cents);
        moved ||= cents !== 0;
      }
      if (moved && this.books.waiting > 0) this.books.invoice();
    }
  }

  /** When the next period begins. */
  get ends(): number | undefined {
    return this.period?.end;
  }
}

/** Of the price of a period, the part that is left, to the nearest cent. */
function share(cents: number, { start, end }: Span, now: number): number {
  const [left, whole] = [Math.max(0, end - now) / 1_000, (end - start) / 1_000];
  return left >= whole ? cents : Math.floor((cents * left) / whole + 0.5);
}
