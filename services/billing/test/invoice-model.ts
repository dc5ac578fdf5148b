/*
 * What an organisation is charged for one product, as a person would keep the books with a calendar: written apart from the
 * code that it judges, and slower.
 */
export interface Wanted {
  plan: 'free' | 'starter' | 'pro';
  interval: 'month' | 'year';
  extra: number;
  archive: boolean;
}

const PRICES = { starter: { month: 1900, year: undefined }, pro: { month: 4900, year: 49_000 } } as const;
const DAY = 86_400_000;

/** The same day so many months later, or the last of a shorter month. */
export function later(from: number, months: number): number {
  const date = new Date(from);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1));
  const days = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
  return first.getTime() + (Math.min(date.getUTCDate(), days) - 1) * DAY + (from % DAY);
}

interface Position {
  name: string;
  cents: number;
}

export class InvoiceModel {
  invoices: { total: number; due: number }[] = [];
  balance = 0;
  waiting = 0;
  private has: Wanted = { plan: 'free', interval: 'month', extra: 0, archive: false };
  private anchor = 0;
  private number = 0;

  private length = (): number => (this.has.interval === 'year' ? 12 : 1);
  private start = (): number => later(this.anchor, this.number * this.length());
  private end = (): number => later(this.anchor, (this.number + 1) * this.length());

  /** Every period that has begun by then is charged in full. */
  pass(now: number): void {
    while (this.has.plan !== 'free' && this.end() <= now) {
      this.number += 1;
      for (const { cents } of this.positions(this.has)) this.waiting += cents;
      this.invoice();
    }
  }

  change(wanted: Wanted, now: number): void {
    const [before, old] = [this.has, this.positions(this.has)];
    if (JSON.stringify(before) === JSON.stringify(wanted)) return;
    const [start, end] = [this.start(), this.end()];
    const begins =
      wanted.plan !== 'free' &&
      (before.plan === 'free' ||
        before.interval !== wanted.interval ||
        (wanted.interval === 'year' && before.plan !== wanted.plan));
    this.has = wanted;
    if (begins) [this.anchor, this.number] = [now, 0];
    const fresh = this.positions(wanted);
    let moved = false;
    const book = (cents: number, from: number, to: number) => {
      const part = share(cents, to - now, to - from);
      this.waiting += part;
      if (part !== 0) moved = true;
    };
    for (const one of old) {
      if (begins || !fresh.some((other) => other.name === one.name && other.cents === one.cents)) {
        book(-one.cents, start, end);
      }
    }
    for (const one of fresh) {
      if (begins || !old.some((other) => other.name === one.name && other.cents === one.cents)) {
        book(one.cents, this.start(), this.end());
      }
    }
    if (moved && this.waiting > 0) this.invoice();
  }

  private positions({ plan, interval, extra, archive }: Wanted): Position[] {
    if (plan === 'free') return [];
    const months = interval === 'year' ? 12 : 1;
    return [
      { name: plan, cents: PRICES[plan][interval] ?? 0 },
      ...(extra > 0 ? [{ name: 'extra', cents: 500 * months * extra }] : []),
      ...(archive ? [{ name: 'archive', cents: 1_000 * months }] : []),
    ];
  }

  private invoice(): void {
    const [sum, from] = [this.waiting, Math.min(this.balance, Math.max(this.waiting, 0))];
    this.waiting = 0;
    this.balance = sum < 0 ? this.balance - sum : this.balance - from;
    this.invoices.push({ total: Math.max(sum, 0), due: Math.max(sum, 0) - from });
  }
}

/** Of an amount, the part of a time, to the nearest cent. */
function share(cents: number, part: number, whole: number): number {
  const exact = (Math.abs(cents) * Math.floor(part / 1_000)) / Math.floor(whole / 1_000);
  return Math.sign(cents) * Math.floor(exact + 0.5);
}
