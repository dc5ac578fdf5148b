import { Account, type Terms } from './account.ts';
import type { Books } from './books.ts';
import { DAY, later, type Step, windowOf } from './calendar.ts';
import { type Coupon, type Coupons, isFor } from './coupons.ts';
import {
  type Addons,
  type Billed,
  DEFAULT,
  type Interval,
  isBilled,
  isHeld,
  isInForce,
  MEMBER_CENTS,
  mainSold,
  NONE,
  ORDER,
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

/** What one organisation has of one product. Part of the model: it knows nothing of the services. */
export class Holding {
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
  private readonly books: Books;
  private readonly coupons: Coupons;
  /** When a customer began to pause: twice in a year, for forty days. */
  private readonly pauses: number[] = [];

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

  // What is changed; each answers whether it is carried out -----------------------------------------------------------

  operatorSets(
    plan: Plan,
    status: Status,
    edition: number,
    more: { interval?: Interval; rooms5?: number; code?: Coupon } = {},
  ): boolean {
    const { sub } = this;
    if (sub?.by === 'stripe') return false;
    if (status === 'canceled') {
      if (more.code) return false;
      return this.end(this.now);
    }
    const isFree = plan === 'free';
    if (isFree && (status === 'past_due' || status === 'unpaid' || more.code)) return false;
    const interval = isFree ? 'month' : (more.interval ?? (sub?.by === 'hand' ? sub.interval : 'month'));
    if (interval === 'year' && soldBy(plan, edition).year === undefined) return false;
    const { rooms5 } = more;
    if (rooms5 !== undefined && (rooms5 > 5 || (rooms5 > 0 && (isFree || this.product === 'bots')))) return false;
    const kept = isFree || !sub || !isInForce(sub.status) ? NONE : sub.addons;
    const grace = sub?.status === 'past_due' ? sub.graceUntil : this.now + 7 * DAY;
    const after: Subscription = {
      plan,
      edition: isFree ? 0 : edition,
      status,
      by: isFree ? 'nobody' : 'hand',
      interval,
      // Whoever names add-ons names all of them.
      addons: rooms5 === undefined ? kept : { rooms5, members: 0 },
      graceUntil: status === 'past_due' ? grace : undefined,
      heldByOperator: status === 'paused',
    };
    const begins = this.begins(plan, interval);
    if (!this.enter(more.code, after, begins)) return false;
    this.become(after, begins);
    return true;
  }

  /** A customer chooses a plan of their own; what costs something must be billed for already. */
  choose(plan: Plan, edition: number, code?: Coupon): boolean {
    const { sub } = this;
    if (sub?.heldByOperator) return false;
    if (sub?.by !== 'hand' || !isInForce(sub.status)) {
      if (plan !== 'free' || code) return false;
      this.become({ plan, edition: 0, status: 'active', by: 'nobody', interval: 'month', addons: NONE }, false);
      return true;
    }
    if (isHeld(sub) && !sub.next?.moved) return false;
    if (plan === 'free') {
      if (code) return false;
      sub.next = undefined;
      sub.cancelAt = this.paidUntil();
      sub.orderedBy = 'customer';
      return true;
    }
    const { interval } = sub;
    if (interval === 'year' && soldBy(plan, edition).year === undefined) return false;
    if (ORDER.indexOf(plan) < ORDER.indexOf(sub.plan)) {
      const at = this.paidUntil();
      const paid = { start: at, end: later(at, interval === 'year' ? 12 : 1) };
      if (code && (!isFor(code, plan) || !this.coupons.fits(code, this.product, at))) return false;
      if (code) this.coupons.take(code, this.product, at, paid);
      sub.cancelAt = undefined;
      sub.next = { plan, edition, interval, at };
      sub.orderedBy = 'customer';
      return true;
    }
    const owes =
      sub.status === 'past_due'
        ? { status: sub.status, graceUntil: sub.graceUntil, unpaidAt: sub.unpaidAt }
        : { status: 'active' as const };
    const after: Subscription = { plan, edition, by: 'hand', interval, addons: sub.addons, ...owes };
    const begins = this.begins(plan, interval);
    if (!this.enter(code, after, begins)) return false;
    this.become(after, begins);
    return true;
  }

  tryOut(plan: Plan, edition: number): boolean {
    const { sub } = this;
    if (sub?.heldByOperator || this.by !== 'nobody' || this.tried || plan !== 'pro') return false;
    this.tried = true;
    const trialEnd = this.now + 14 * DAY;
    this.become({ plan, edition, status: 'trialing', by: 'nobody', interval: 'month', addons: NONE, trialEnd }, false);
    return true;
  }

  cancel(at: 'now' | 'period_end'): boolean {
    const { sub } = this;
    if (!sub || sub.status === 'canceled' || sub.heldByOperator) return false;
    if (sub.by === 'nobody' && sub.status === 'active' && sub.plan === 'free') return false;
    const end = sub.trialEnd ?? (sub.by === 'nobody' ? this.now : this.paidUntil());
    if (at === 'now' || end <= this.now) return this.end(this.now);
    sub.orderedBy = isHeld(sub) ? 'operator' : 'customer';
    sub.next = undefined;
    sub.cancelAt = end;
    return true;
  }

  resume(): boolean {
    const { sub } = this;
    if (!sub || sub.heldByOperator) return false;
    if (sub.cancelAt !== undefined && sub.orderedBy !== 'operator') {
      sub.cancelAt = undefined;
      sub.orderedBy = sub.next?.moved ? 'operator' : undefined;
      return true;
    }
    if (sub.status === 'paused') {
      this.become({ ...sub, status: 'active', pauseEnds: undefined }, false);
      return true;
    }
    if (!sub.next || isHeld(sub)) return false;
    sub.next = undefined;
    return true;
  }

  /** The operator moves whoever has an older edition of a plan to the newest. */
  move(plan: Plan, edition: number, at: 'now' | 'period_end'): void {
    const { sub } = this;
    if (!sub || sub.by === 'stripe' || sub.status === 'canceled') return;
    if (sub.plan !== plan || sub.edition >= edition) return;
    if (at === 'period_end') {
      sub.next = { plan, edition, interval: sub.interval, at: this.paidUntil(), moved: true };
      if (sub.cancelAt === undefined) sub.orderedBy = 'operator';
      return;
    }
    sub.edition = edition;
    sub.next = undefined;
    if (sub.cancelAt === undefined) sub.orderedBy = undefined;
  }

  pause(): boolean {
    const { sub } = this;
    if (!sub || sub.heldByOperator || sub.status !== 'active' || sub.by !== 'hand' || sub.plan !== 'pro') return false;
    if (this.pauses.filter((begun) => begun > this.now - 365 * DAY).length >= 2) return false;
    this.pauses.push(this.now);
    this.become({ ...sub, status: 'paused', pauseEnds: this.now + 40 * DAY }, false);
    return true;
  }

  /** The operator gives a coupon: from the next charge on, and `once` is for the next period. */
  give(coupon: Coupon): boolean {
    if (!this.sub || !isBilled(this.sub) || !this.coupons.fits(coupon, this.product, this.now)) return false;
    this.coupons.take(coupon, this.product, this.now, windowOf(this.steps, 'paid', this.paidUntil()));
    return true;
  }

  /** What a payment provider says is so. */
  provider(said: Billed): void {
    const over = said.status === 'canceled';
    const known = this.by === 'stripe';
    if (said.status === 'trialing') this.tried = true;
    if (!known && over) return;
    const grace = (said.overdueSince ?? this.now) + 7 * DAY;
    const after: Subscription = {
      plan: said.plan,
      edition: said.edition,
      status: said.status,
      by: over ? 'nobody' : 'stripe',
      interval: said.interval,
      addons: over ? NONE : said.addons,
      graceUntil: said.status === 'past_due' ? grace : undefined,
    };
    if (!over) {
      const months = said.interval === 'year' ? 12 : 1;
      const last = this.steps.at(-1);
      if (isInForce(said.status) && (last?.anchor !== said.anchor || last.months !== months)) {
        const from = Math.max(said.periodStart, last?.from ?? 0);
        this.step({ from, anchor: said.anchor, months });
      }
      if (!known && this.by === 'hand') this.account.change(undefined, this.steps, this.now);
    }
    this.sub = after;
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
      const { plan, edition, interval } = sub.next;
      this.become({ ...sub, plan, edition, interval, next: undefined, orderedBy: undefined }, false, at);
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

  /** Every period that has begun by an instant is charged. */
  upTo(until: number): void {
    if (this.sub && isBilled(this.sub)) this.account.begin(this.terms(this.sub), this.steps, until);
  }

  coming(): (number | undefined)[] {
    const { trialEnd, cancelAt, graceUntil, pauseEnds, next } = this.sub ?? {};
    return [trialEnd, cancelAt, graceUntil, pauseEnds, next?.at, this.debtDue(), this.account.ends];
  }

  private debtDue(): number | undefined {
    const since = this.books.owedSince(this.product);
    if (this.by !== 'hand' || since === undefined) return undefined;
    if (this.sub?.status === 'active') return since;
    return this.sub?.status === 'past_due' ? this.sub.unpaidAt : undefined;
  }

  // The one way in which it becomes something else --------------------------------------------------------------------

  private become(after: Subscription, begins: boolean, at = this.now): void {
    const before = this.by;
    this.steps = this.stepsAfter(after, begins, at);
    this.sub = owing(after, this.books.owedSince(this.product), at);
    if (isBilled(this.sub)) this.account.change(this.terms(this.sub), this.steps, at);
    else if (after.by === 'hand') this.account.rest(this.steps, at);
    else if (before === 'hand') this.account.change(undefined, this.steps, at);
  }

  private stepsAfter(after: Subscription, begins: boolean, at: number): Step[] {
    const last = this.steps.at(-1);
    const months = after.interval === 'year' ? 12 : 1;
    if (!last || (after.by === 'hand' && (begins || last.months !== months)))
      return withStep(this.steps, { from: at, anchor: at, months });
    if (last.months === months) return this.steps;
    const from = Math.max(windowOf([last], 1, at).start, last.from);
    return withStep(this.steps, { from, anchor: last.anchor, months });
  }

  private step(step: Step): void {
    this.steps = withStep(this.steps, step);
  }

  /** Whether a code that is entered with a change gives something; then it is used up. */
  private enter(code: Coupon | undefined, after: Subscription, begins: boolean): boolean {
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

  private end(at: number): boolean {
    const plan = DEFAULT[this.product];
    const { sub } = this;
    if (!plan && (!sub || sub.status === 'canceled')) return true;
    const over = { status: 'active' as Status, by: 'nobody' as const, interval: 'month' as const, addons: NONE };
    if (plan) this.become({ plan, edition: 0, ...over }, false, at);
    else if (sub) this.become({ ...over, plan: sub.plan, edition: sub.edition, status: 'canceled' }, false, at);
    return true;
  }

  private begins(plan: Plan, interval: Interval): boolean {
    return plan !== 'free' && (this.by === 'nobody' || (interval === 'year' && this.sub?.plan !== plan));
  }

  private terms({ plan, edition, interval, addons }: Subscription): Terms {
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

  private paidUntil(): number {
    return windowOf(this.steps, 'paid', this.now).end;
  }
}

/** One that begins where another does replaces it. */
const withStep = (steps: readonly Step[], step: Step): Step[] => [
  ...steps.filter(({ from }) => from !== step.from),
  step,
];
