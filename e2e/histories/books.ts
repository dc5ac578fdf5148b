import { DAY } from './calendar.ts';
import type { Product } from './sold.ts';

/*
 * The invoices and the balance of one organisation, as a person would keep the books: written from the documents, apart
 * from the service. Cents are whole numbers.
 */

/** Of ours: what Stripe charges is on its own. */
export interface Invoice {
  total: number;
  due: number;
  dueAt: number;
  status: 'open' | 'paid' | 'void';
  credited: number;
  fromBalance: number;
  /** The products of which something is on it; what was bought once is of none. */
  of: ReadonlySet<Product>;
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
  private of = new Set<Product>();
  private scans = 0;

  /**
   * @param dueDays until an invoice is due
   * @param paid scans that have been paid for
   */
  constructor(
    private readonly dueDays: number,
    private readonly paid: (scans: number) => void,
  ) {}

  /** Since when something of a product is owed, or from when on it will be. */
  owedSince(product: Product): number | undefined {
    const open = this.invoices.filter(({ status, due, of }) => status === 'open' && due > 0 && of.has(product));
    return open.length > 0 ? Math.min(...open.map(({ dueAt }) => dueAt)) : undefined;
  }

  /** Scans that are bought once, on an invoice at once. */
  order(cents: number, scans: number): void {
    this.waiting += cents;
    this.sum += cents;
    this.scans = scans;
    this.invoice();
  }

  /** What waits for the next invoice. */
  book(product: Product, cents: number): void {
    this.waiting += cents;
    this.sum += cents;
    if (cents > 0) this.of.add(product);
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

  invoice(): void {
    const sum = this.waiting;
    const fromBalance = sum < 0 ? sum : Math.min(this.balance, sum);
    this.waiting = 0;
    this.balance -= fromBalance;
    const total = Math.max(sum, 0);
    const due = sum < 0 ? 0 : sum - fromBalance;
    const { of, scans } = this;
    const dueAt = this.clock + this.dueDays * DAY;
    const one: Invoice = { total, due, dueAt, status: 'open', credited: 0, fromBalance, of, scans };
    this.of = new Set();
    this.scans = 0;
    this.invoices.push(one);
    if (due === 0) this.settle(one);
  }
}
