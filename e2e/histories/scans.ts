import { DAY, SECOND } from './calendar.ts';

/*
 * Scans, one by one: what the plan includes in a month comes first, then what was paid for in advance, then what is beyond
 * both. Part of the model: written from the documents, apart from the service.
 */
interface Credit {
  left: number;
  priority: number;
  free: boolean;
  from: number;
  until: number;
}

interface Month {
  /** Without what was paid for in advance. */
  plain: number;
  drawn: { credit: Credit; second: number }[];
}

export class Scans {
  /** In the order in which they were given. */
  readonly credits: Credit[] = [];
  private readonly months = new Map<number, Month>();
  /** What the plan includes at present, and in which month an instant lies. */
  included: () => number = () => 0;
  monthOf: (at: number) => number = () => 0;

  give(
    given: { amount: number; priority: number; days: number | null; free: boolean; until?: number | undefined },
    now: number,
  ): void {
    const { amount, priority, days, free } = given;
    const until = given.until ?? (days === null ? Number.POSITIVE_INFINITY : now + days * DAY);
    this.credits.push({ left: amount, priority, free, from: now, until });
  }

  /** The newest is taken back. */
  takeBack(now: number): void {
    const last = this.credits.at(-1);
    if (last) last.until = Math.min(last.until, now);
  }

  /** What is left of each of them, in the order in which they are drawn. */
  leftOfEach = (now: number): { left: number; expired: boolean }[] =>
    this.inOrder().map(({ left, until }) => ({ left, expired: until <= now }));

  left(now: number): number {
    return this.credits.reduce((sum, { left, from, until }) => sum + (from <= now && now < until ? left : 0), 0);
  }

  count(quantity: number, at: number, now: number): void {
    const start = this.monthOf(at);
    const month = this.months.get(start) ?? { plain: 0, drawn: [] };
    this.months.set(start, month);
    for (let unit = 0; unit < Math.abs(quantity); unit += 1) {
      if (quantity > 0) this.more(month, at);
      else this.less(month, now);
    }
  }

  private more(month: Month, at: number): void {
    const [credit] = this.inOrder().filter(({ left, from, until }) => left > 0 && from <= at && at < until);
    if (month.plain < this.included() || !credit) {
      month.plain += 1;
      return;
    }
    credit.left -= 1;
    month.drawn.push({ credit, second: Math.floor(at / SECOND) });
  }

  /** A correction takes from what is beyond first; then the last that was drawn lives on, unless it is over. */
  private less(month: Month, now: number): void {
    const order = this.inOrder();
    const [last] = month.drawn
      .filter(({ credit }) => credit.until > now)
      .sort((a, b) => b.second - a.second || order.indexOf(b.credit) - order.indexOf(a.credit));
    if (month.plain > this.included() || !last) {
      month.plain -= 1;
      return;
    }
    last.credit.left += 1;
    month.drawn.splice(month.drawn.indexOf(last), 1);
  }

  private inOrder(): Credit[] {
    const age = (one: Credit) => this.credits.indexOf(one);
    const paid = ({ free }: Credit) => (free ? 0 : 1);
    const end = ({ until }: Credit) => Math.min(until, 8.64e15);
    return [...this.credits].sort(
      (a, b) => a.priority - b.priority || end(a) - end(b) || paid(a) - paid(b) || age(a) - age(b),
    );
  }
}
