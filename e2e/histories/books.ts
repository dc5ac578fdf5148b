import { DAY, HOUR, type Span, type Step, windowOf } from './calendar.ts';
import { hourOf } from './usage-model.ts';

/*
 * What one organisation is charged, as a person would keep the books: written from the documents, apart from the service.
 * Cents are whole numbers.
 */
export interface Position {
  name: string;
  cents: number;
}

/** What a page beyond the limit costs. */
export type PagePrice = 'by the page' | 'by ten pages';

/** What the subscription costs from now on. */
export interface Terms {
  positions: Position[];
  pages: { price: PagePrice; included: number } | undefined;
}

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

/** Of ours: what Stripe charges is on its own. */
export interface Invoice {
  total: number;
  due: number;
  dueAt: number;
  status: 'open' | 'paid' | 'void';
  credited: number;
  fromBalance: number;
  /** Whether something of the subscription is on it, and not only what was bought once. */
  ofSubscription: boolean;
  /** Scans that are given when it is paid. */
  scans: number;
}

export class Books {
  readonly invoices: Invoice[] = [];
  balance = 0;
  waiting = 0;
  /** What time it is where invoices are written. */
  clock = 0;
  /** Everything that was ever charged or credited. */
  sum = 0;
  private positions: Position[] = [];
  private period: Span | undefined;
  private open: { price: PagePrice; from: number } | undefined;
  private included = 0;
  private readonly charges: Charge[] = [];

  private ofSubscription = false;
  private scans = 0;

  /**
   * @param used pages used between two instants, as is known by now
   * @param dueDays until an invoice is due
   * @param paid scans that have been paid for
   */
  constructor(
    private readonly used: (from: number, until: number) => number,
    private readonly dueDays: number,
    private readonly paid: (scans: number) => void,
  ) {}

  /** Since when something of the subscription is owed, or from when on it will be. */
  owedSince(): number | undefined {
    const open = this.invoices.filter(
      ({ status, due, ofSubscription }) => status === 'open' && due > 0 && ofSubscription,
    );
    return open.length > 0 ? Math.min(...open.map(({ dueAt }) => dueAt)) : undefined;
  }

  /** Scans that are bought once, on an invoice at once. */
  order(cents: number, scans: number): void {
    this.waiting += cents;
    this.sum += cents;
    this.scans = scans;
    this.invoice();
  }

  /** Each answers whether it is carried out. */
  pay(one: Invoice): boolean {
    if (one.status === 'void') return false;
    if (one.status === 'open') this.settle(one);
    return true;
  }

  withdraw(one: Invoice): boolean {
    if (one.status === 'paid') return false;
    if (one.status === 'open') {
      // What the balance had paid, or got from it, goes back.
      this.balance += one.fromBalance;
      Object.assign(one, { status: 'void', due: 0 });
    }
    return true;
  }

  credit(one: Invoice, cents: number): boolean {
    if (one.status === 'void' || cents > one.total - one.credited) return false;
    const fromDue = Math.min(one.due, cents);
    one.credited += cents;
    one.due -= fromDue;
    this.balance += cents - fromDue;
    if (one.status === 'open' && one.due === 0) {
      one.status = 'paid';
      if (one.credited < one.total) this.paid(one.scans);
    }
    return true;
  }

  extend(one: Invoice, dueAt: number): boolean {
    if (one.status !== 'open') return false;
    one.dueAt = dueAt;
    return true;
  }

  private settle(one: Invoice): void {
    one.status = 'paid';
    one.due = 0;
    this.paid(one.scans);
  }

  /** Every period that has begun by an instant is charged in full, on an invoice of its own. */
  begin(terms: Terms, steps: readonly Step[], until: number): void {
    while (this.period && this.period.end < until) {
      const { start, end } = { start: this.period.end, end: windowOf(steps, 'paid', this.period.end).end };
      this.period = { start, end };
      this.positions = terms.positions;
      for (const { cents } of terms.positions) this.book(cents);
      if (terms.positions.length > 0) this.invoice();
    }
    this.closeWindows(steps, until - 1);
  }

  /** The subscription costs something else from now on; `undefined`: nothing any more. */
  change(terms: Terms | undefined, steps: readonly Step[], now: number): void {
    const to = windowOf(steps, 'paid', now);
    const from = this.period ?? to;
    const again = from.start !== to.start || from.end !== to.end;
    const after = terms?.positions ?? [];
    const stays = (one: Position, others: Position[]) =>
      !again && others.some((other) => other.name === one.name && other.cents === one.cents);
    let moved = false;
    for (const one of this.positions) if (!stays(one, after)) moved = this.book(-share(one.cents, from, now)) || moved;
    for (const one of after) if (!stays(one, this.positions)) moved = this.book(share(one.cents, to, now)) || moved;
    this.positions = after;
    this.period = to;
    this.closeWindows(steps, now);
    const price = terms?.pages?.price;
    if (this.open?.price !== price) this.endPages(steps, now);
    if (price && !this.open) this.open = { price, from: Math.max(hourOf(now), windowOf(steps, 1, now).start) };
    this.included = terms?.pages?.included ?? 0;
    if (moved && this.waiting > 0) this.invoice();
  }

  /** Nothing more is charged for a while; what is paid for stays so, and what was used by then is charged. */
  rest(steps: readonly Step[], now: number): void {
    this.closeWindows(steps, now);
    this.endPages(steps, now);
  }

  /** An hour after a window's end its pages are charged, and what has come later with every window after it. */
  chargePages(now: number): void {
    while (this.charges.some(({ due }) => due !== undefined && due <= now)) {
      let moved = false;
      for (const one of this.charges) {
        if (one.due === undefined || one.until > now - HOUR) continue;
        const beyond = (until: number) => Math.max(0, this.used(one.windowStart, until) - one.included);
        const owed = costOf(one.price, beyond(one.until)) - costOf(one.price, beyond(one.from));
        const last = one.until + 36 * DAY;
        one.due = now >= last ? undefined : last;
        moved = this.book(owed - one.charged) || moved;
        one.charged = owed;
      }
      if (moved && this.waiting > 0) this.invoice();
    }
  }

  /** The instants at which the clock charges something. */
  coming(): number[] {
    return [...(this.period ? [this.period.end] : []), ...this.charges.flatMap(({ due }) => due ?? [])];
  }

  private closeWindows(steps: readonly Step[], until: number): void {
    while (this.open) {
      const { start, end } = windowOf(steps, 1, this.open.from);
      if (end > until) return;
      this.close(start, this.open.from, end);
      this.open.from = end;
    }
  }

  /** Pages are not charged as before any more: up to the hour. */
  private endPages(steps: readonly Step[], now: number): void {
    const cut = hourOf(now);
    if (this.open && this.open.from < cut) this.close(windowOf(steps, 1, this.open.from).start, this.open.from, cut);
    this.open = undefined;
  }

  private close(windowStart: number, from: number, until: number): void {
    const { price } = this.open as { price: PagePrice };
    this.charges.push({ price, included: this.included, windowStart, from, until, due: until + HOUR, charged: 0 });
  }

  private book(cents: number): boolean {
    this.waiting += cents;
    this.sum += cents;
    if (cents > 0) this.ofSubscription = true;
    return cents !== 0;
  }

  private invoice(): void {
    const sum = this.waiting;
    const fromBalance = sum < 0 ? sum : Math.min(this.balance, sum);
    this.waiting = 0;
    this.balance -= fromBalance;
    const total = Math.max(sum, 0);
    const due = sum < 0 ? 0 : sum - fromBalance;
    const { ofSubscription, scans } = this;
    const dueAt = this.clock + this.dueDays * DAY;
    const one: Invoice = { total, due, dueAt, status: 'open', credited: 0, fromBalance, ofSubscription, scans };
    this.ofSubscription = false;
    this.scans = 0;
    this.invoices.push(one);
    if (due === 0) this.settle(one);
  }
}

/** Of the price of a period, the part that is left, to the nearest cent. */
function share(cents: number, { start, end }: Span, now: number): number {
  const [left, whole] = [Math.max(0, end - now) / 1_000, (end - start) / 1_000];
  return left >= whole ? cents : Math.floor((cents * left) / whole + 0.5);
}

/** 1.5 cents a page, rounded once; or 7 cents for each ten that are begun. */
const costOf = (price: PagePrice, pages: number): number =>
  price === 'by the page' ? Math.floor((15 * pages) / 10 + 0.5) : Math.ceil(pages / 10) * 7;
