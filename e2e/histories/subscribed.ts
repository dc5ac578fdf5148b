import { Account, type Terms } from './account.ts';
import type { Books } from './books.ts';
import { type Step, windowOf } from './calendar.ts';
import { type Coupon, type Coupons, isFor } from './coupons.ts';
import { type Follows } from './seats.ts';
import {
  type Addons,
  DEFAULT,
  type Interval,
  isBilled,
  isInForce,
  MEMBER_CENTS,
  mainSold,
  NONE,
  owing,
  type Plan,
  type Product,
  ROOMS5_CENTS,
  type Status,
  type Subscription,
  soldBy,
} from './sold.ts';

export interface Given {
  product: Product;
  books: Books;
  coupons: Coupons;
  /** Pages used between two instants. */
  used: (from: number, until: number) => number;
  /** Each month of use is counted from there until something is paid for. */
  since: number;
}

/** What one organisation has of one product, and what becomes of it by the clock. Part of the model. */
export class Subscribed {
  readonly product: Product;
  readonly account: Account;
  /** undefined: it has had nothing of it yet. */
  sub: Subscription | undefined;
  now: number;
  steps: Step[];
  /** A product is tried once. */
  tried = false;
  /** What Stripe refused to let somebody try is tried at Stripe no more. */
  triedAtStripe = false;
  /** undefined: members are not bought by themselves. */
  follows: Follows | undefined;
  protected readonly books: Books;
  protected readonly coupons: Coupons;

  constructor({ product, books, coupons, used, since }: Given) {
    this.product = product;
    this.books = books;
    this.coupons = coupons;
    this.account = new Account(product, books, coupons, used);
    this.now = since;
    this.steps = DEFAULT[product] ? [{ from: since, anchor: since, months: 1 }] : [];
    const plan = DEFAULT[product];
    if (plan) this.sub = { plan, edition: 0, status: 'active', by: 'nobody', interval: 'month', addons: NONE };
  }

  get by(): Subscription['by'] {
    return this.sub?.by ?? 'nobody';
  }

  /** The plan that applies now; without one nothing is included. */
  inForce(): { plan: Plan; edition: number; addons: Addons } | undefined {
    if (this.sub && isInForce(this.sub.status)) return this.sub;
    const plan = DEFAULT[this.product];
    return plan && { plan, edition: 0, addons: NONE };
  }

  access(disputed: boolean): 'full' | 'read_only' {
    const { status, graceUntil } = this.sub ?? { status: 'active' };
    const overdue = status === 'past_due' && graceUntil !== undefined && graceUntil <= this.now;
    return status === 'paused' || overdue || (disputed && this.by === 'stripe') ? 'read_only' : 'full';
  }

  // Time ------------------------------------------------------------------------------------------------------------

  /** The next instant by then at which something happens to it by the clock alone. */
  due(until: number): number | undefined {
    const { sub } = this;
    if (!sub || sub.by === 'stripe' || sub.status === 'canceled') return undefined;
    const { cancelAt, trialEnd, pauseEnds, next } = sub;
    const all = [cancelAt, trialEnd, pauseEnds, next?.at, this.debtDue()].filter(
      (at): at is number => at !== undefined && at <= until,
    );
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  carryOut(at: number): void {
    this.now = Math.max(this.now, at);
    this.upTo(at);
    const { sub } = this;
    if (!sub) return;
    if (at === sub.cancelAt || at === sub.trialEnd) this.end(at);
    else if (at === this.debtDue()) this.owe(at);
    else if (at === sub.pauseEnds) this.become({ ...sub, status: 'active', pauseEnds: undefined }, false, at);
    else if (sub.next) {
      const { plan, edition, interval, addons = sub.addons } = sub.next;
      this.become({ ...sub, plan, edition, interval, addons, next: undefined, orderedBy: undefined }, false, at);
    }
  }

  /** What is owed makes something else of it, or not any more. */
  owe(at: number): boolean {
    const before = this.sub;
    if (!before) return false;
    const after = owing(before, this.books.owedSince(this.product), at);
    if (after.status === before.status && after.graceUntil === before.graceUntil && after.unpaidAt === before.unpaidAt)
      return false;
    this.sub = after;
    if (isBilled(before) && !isBilled(after)) this.account.rest(this.steps, at);
    if (!isBilled(before) && isBilled(after)) this.account.change(this.terms(after), this.steps, at);
    return true;
  }

  /** When the next period that is charged begins. */
  get begins(): number | undefined {
    return this.sub && isBilled(this.sub) ? this.account.ends : undefined;
  }

  /** Every period that has begun by an instant is charged. */
  upTo(until: number): void {
    if (this.sub && isBilled(this.sub)) this.account.begin(this.terms(this.sub), this.steps, until);
  }

  coming(): (number | undefined)[] {
    const { trialEnd, cancelAt, graceUntil, pauseEnds, next } = this.sub ?? {};
    const counted = this.follows?.countAt;
    return [trialEnd, cancelAt, graceUntil, pauseEnds, next?.at, this.debtDue(), this.account.ends, counted];
  }

  private debtDue(): number | undefined {
    const since = this.books.owedSince(this.product);
    if (this.by !== 'hand' || since === undefined) return undefined;
    if (this.sub?.status === 'active') return since;
    return this.sub?.status === 'past_due' ? this.sub.unpaidAt : undefined;
  }

  // The one way in which it becomes something else --------------------------------------------------------------------

  protected become(after: Subscription, begins: boolean, at = this.now): void {
    const before = this.by;
    this.steps = this.stepsAfter(after, begins, at);
    this.sub = owing(after, this.books.owedSince(this.product), at);
    if (isBilled(this.sub)) this.account.change(this.terms(this.sub), this.steps, at);
    else if (after.by === 'hand') this.account.rest(this.steps, at);
    else if (before === 'hand') this.account.change(undefined, this.steps, at);
  }

  protected stepsAfter(after: Subscription, begins: boolean, at: number): Step[] {
    const last = this.steps.at(-1);
    const months = after.interval === 'year' ? 12 : 1;
    if (!last || (after.by === 'hand' && (begins || last.months !== months)))
      return withStep(this.steps, { from: at, anchor: at, months });
    if (last.months === months) return this.steps;
    const from = Math.max(windowOf([last], 1, at).start, last.from);
    return withStep(this.steps, { from, anchor: last.anchor, months });
  }

  protected step(step: Step): void {
    this.steps = withStep(this.steps, step);
  }

  /** Whether a code that is entered with a change gives something; then it is used up. */
  protected enter(code: Coupon | undefined, after: Subscription, begins: boolean): boolean {
    if (!code) return true;
    if (!isFor(code, after.plan) || !this.coupons.fits(code, this.product, this.now)) return false;
    this.coupons.take(
      code,
      this.product,
      this.now,
      windowOf(this.stepsAfter(after, begins, this.now), 'paid', this.now),
    );
    return true;
  }

  protected end(at: number): boolean {
    const plan = DEFAULT[this.product];
    const { sub } = this;
    if (!plan && (!sub || sub.status === 'canceled')) return true;
    const over = { status: 'active' as Status, by: 'nobody' as const, interval: 'month' as const, addons: NONE };
    if (plan) this.become({ plan, edition: 0, ...over }, false, at);
    else if (sub) this.become({ ...over, plan: sub.plan, edition: sub.edition, status: 'canceled' }, false, at);
    return true;
  }

  protected beginsAnew(plan: Plan, interval: Interval): boolean {
    return plan !== 'free' && (this.by === 'nobody' || (interval === 'year' && this.sub?.plan !== plan));
  }

  protected terms({ plan, edition, interval, addons }: Subscription): Terms {
    const { month, year, setup = 0 } = soldBy(plan, edition);
    const months = interval === 'year' ? 12 : 1;
    const beside = [
      { name: 'rooms5', cents: ROOMS5_CENTS * addons.rooms5 * months },
      { name: 'members', cents: MEMBER_CENTS * addons.members * months },
    ];
    const included = this.product === 'main' ? mainSold(plan, edition).pages : 0;
    return {
      plan,
      positions: [{ name: plan, cents: (interval === 'year' ? year : month) ?? 0 }, ...beside].filter(
        ({ cents }) => cents > 0,
      ),
      setup,
      pages:
        this.product === 'main' && plan !== 'free'
          ? { price: plan === 'pro' ? 'by ten pages' : 'by the page', included }
          : undefined,
    };
  }

  protected paidUntil(): number {
    return windowOf(this.steps, 'paid', this.now).end;
  }
}

/** One that begins where another does replaces it. */
const withStep = (steps: readonly Step[], step: Step): Step[] => [
  ...steps.filter(({ from }) => from !== step.from),
  step,
];
