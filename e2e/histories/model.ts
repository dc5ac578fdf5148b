import { Books, type Terms } from './books.ts';
import { DAY, type Span, type Step, windowOf } from './calendar.ts';
import {
  type Billed,
  type Grant,
  type Interval,
  isBilled,
  isHeld,
  isInForce,
  ORDER,
  owing,
  type Plan,
  type Status,
  type Subscription,
  soldBy,
} from './sold.ts';
import { type Meter, UsageModel } from './usage-model.ts';

/*
 * One organisation, told as a list of facts: what it has, may do, has used and owes. Everything happens one after the
 * other, at once, and exactly as it was asked for. It imports nothing of the services; the history of random steps is
 * carried out by both, and in the end both must say the same.
 */
export class Model {
  now: number;
  readonly usage = new UsageModel();
  readonly books: Books;
  readonly grants: Grant[] = [];
  sub: Subscription = { plan: 'free', edition: 0, status: 'active', by: 'nobody', interval: 'month', rooms5: 0 };
  private readonly shared: Step[];
  private steps: Step[];
  private tried = false;
  /** When a customer began to pause: twice in a year, for forty days. */
  private readonly pauses: number[] = [];

  constructor(now: number, dueDays: number) {
    this.now = now;
    this.usage.scans.included = () => this.may().scans;
    this.usage.scans.monthOf = (at) => windowOf(this.shared, 1, at).start;
    this.shared = [{ from: now, anchor: now, months: 1 }];
    this.steps = [{ from: now, anchor: now, months: 1 }];
    const used = (start: number, end: number) => this.usage.used('pages', { start, end });
    this.books = new Books(used, dueDays, (scans) => {
      if (scans > 0) this.usage.scans.give({ amount: scans, priority: 0, days: 60, free: false }, this.now);
    });
  }

  // What may be done ------------------------------------------------------------------------------------------------

  may() {
    const { sub, now } = this;
    const inForce = isInForce(sub.status);
    const sold = inForce ? soldBy(sub.plan, sub.edition) : soldBy('free', 0);
    const live = this.grants.filter(({ from, until }) => from <= now && now < until);
    const set = live
      .filter(({ op }) => op === 'set')
      .reduce<Grant | undefined>((a, b) => (a && a.from > b.from ? a : b), undefined);
    let rooms = set
      ? set.rooms
      : Math.max(sold.rooms, ...live.filter(({ op }) => op === 'max').map((one) => one.rooms));
    for (const one of live) if (one.op === 'add') rooms += one.rooms;
    if (inForce) rooms += 5 * sub.rooms5;
    return {
      plan: inForce ? sub.plan : 'free',
      status: sub.status,
      access: this.access(),
      rooms,
      depth: sold.depth,
      reports: sold.reports,
      pages: sold.pages,
      scans: sold.scans,
    };
  }

  access(): 'full' | 'read_only' {
    const { status, graceUntil } = this.sub;
    const overdue = status === 'past_due' && graceUntil !== undefined && graceUntil <= this.now;
    return status === 'paused' || overdue ? 'read_only' : 'full';
  }

  window(meter: Meter): Span {
    return windowOf(meter === 'pages' ? this.steps : this.shared, 1, this.now);
  }

  balances() {
    const of = (meter: Meter) => this.usage.used(meter, this.window(meter));
    const reserved = this.usage.reserved(this.window('reports'), this.now);
    const { scans } = this.usage;
    return {
      reports: of('reports'),
      reserved,
      pages: of('pages'),
      calls: of('api_calls'),
      scans: of('scans'),
      prepaid: scans.left(this.now),
    };
  }

  // What is changed; each answers whether it is carried out -----------------------------------------------------------

  operatorSets(
    plan: Plan,
    status: Status,
    edition: number,
    more: { interval?: Interval; rooms5?: number } = {},
  ): boolean {
    const { sub } = this;
    if (sub.by === 'stripe') return false;
    if (status === 'canceled') return this.end(this.now);
    if (plan === 'free' && (status === 'past_due' || status === 'unpaid')) return false;
    const interval = plan === 'free' ? 'month' : (more.interval ?? (sub.by === 'hand' ? sub.interval : 'month'));
    if (plan === 'starter' && interval === 'year') return false;
    if (more.rooms5 !== undefined && (more.rooms5 > 5 || (more.rooms5 > 0 && plan === 'free'))) return false;
    const kept = plan !== 'free' && isInForce(sub.status) ? sub.rooms5 : 0;
    const grace = sub.status === 'past_due' ? sub.graceUntil : this.now + 7 * DAY;
    this.become(
      {
        plan,
        edition: plan === 'free' ? 0 : edition,
        status,
        by: plan === 'free' ? 'nobody' : 'hand',
        interval,
        rooms5: more.rooms5 ?? kept,
        graceUntil: status === 'past_due' ? grace : undefined,
        heldByOperator: status === 'paused',
      },
      this.begins(plan, interval),
    );
    return true;
  }

  /** A customer chooses a plan of their own; what costs something must be billed for already. */
  choose(plan: Plan, edition: number): boolean {
    const { sub } = this;
    if (sub.heldByOperator) return false;
    if (sub.by !== 'hand' || !isInForce(sub.status)) {
      if (plan !== 'free') return false;
      this.become({ plan: 'free', edition: 0, status: 'active', by: 'nobody', interval: 'month', rooms5: 0 }, false);
      return true;
    }
    if (isHeld(sub) && !sub.next?.moved) return false;
    if (plan === 'free') {
      sub.next = undefined;
      sub.cancelAt = this.paidUntil();
      sub.orderedBy = 'customer';
      return true;
    }
    const interval = plan === 'starter' && sub.interval === 'year' ? undefined : sub.interval;
    if (!interval) return false;
    if (ORDER.indexOf(plan) < ORDER.indexOf(sub.plan)) {
      sub.cancelAt = undefined;
      sub.next = { plan, edition, interval, at: this.paidUntil() };
      sub.orderedBy = 'customer';
      return true;
    }
    const owes =
      sub.status === 'past_due'
        ? { status: sub.status, graceUntil: sub.graceUntil, unpaidAt: sub.unpaidAt }
        : { status: 'active' as const };
    this.become({ plan, edition, by: 'hand', interval, rooms5: sub.rooms5, ...owes }, this.begins(plan, interval));
    return true;
  }

  tryPro(edition: number): boolean {
    const { sub } = this;
    if (sub.heldByOperator || sub.by !== 'nobody' || this.tried) return false;
    this.tried = true;
    this.become(
      {
        plan: 'pro',
        edition,
        status: 'trialing',
        by: 'nobody',
        interval: 'month',
        rooms5: 0,
        trialEnd: this.now + 14 * DAY,
      },
      false,
    );
    return true;
  }

  cancel(at: 'now' | 'period_end'): boolean {
    const { sub } = this;
    const nothing =
      sub.status === 'canceled' || (sub.by === 'nobody' && sub.status === 'active' && sub.plan === 'free');
    if (sub.heldByOperator || nothing) return false;
    const end = sub.trialEnd ?? (sub.by === 'nobody' ? this.now : this.paidUntil());
    if (at === 'now' || end <= this.now) return this.end(this.now);
    sub.orderedBy = isHeld(sub) ? 'operator' : 'customer';
    sub.next = undefined;
    sub.cancelAt = end;
    return true;
  }

  resume(): boolean {
    const { sub } = this;
    if (sub.heldByOperator) return false;
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
    if (sub.by === 'stripe' || sub.plan !== plan || sub.edition >= edition) return;
    if (at === 'period_end') {
      sub.next = { plan, edition, interval: sub.interval, at: this.paidUntil(), moved: true };
      if (sub.cancelAt === undefined) sub.orderedBy = 'operator';
      return;
    }
    sub.edition = edition;
    sub.next = undefined;
    if (sub.cancelAt === undefined) sub.orderedBy = undefined;
  }

  /** Scans on an invoice; only who gets invoices may. */
  order(packages: number): boolean {
    if (!isBilled(this.sub)) return false;
    this.books.order(700 * packages, 30 * packages);
    return true;
  }

  pause(): boolean {
    const { sub } = this;
    if (sub.heldByOperator || sub.status !== 'active' || sub.by !== 'hand' || sub.plan !== 'pro') return false;
    if (this.pauses.filter((begun) => begun > this.now - 365 * DAY).length >= 2) return false;
    this.pauses.push(this.now);
    this.become({ ...sub, status: 'paused', pauseEnds: this.now + 40 * DAY }, false);
    return true;
  }

  grant(op: Grant['op'], rooms: number, fromDays: number, days: number | null): void {
    const from = this.now + fromDays * DAY;
    this.grants.push({ op, rooms, from, until: days === null ? Number.POSITIVE_INFINITY : from + days * DAY });
  }

  /** What a payment provider says is so. */
  provider(said: Billed): void {
    const { sub } = this;
    const over = said.status === 'canceled';
    const known = sub.by === 'stripe';
    if (!known && over) return;
    const grace = (said.overdueSince ?? this.now) + 7 * DAY;
    const after: Subscription = {
      plan: said.plan,
      edition: said.edition,
      status: said.status,
      by: over ? 'nobody' : 'stripe',
      interval: said.interval,
      rooms5: over ? 0 : said.rooms5,
      graceUntil: said.status === 'past_due' ? grace : undefined,
    };
    if (!over) {
      const months = said.interval === 'year' ? 12 : 1;
      const last = this.steps.at(-1) as Step;
      if (isInForce(said.status) && (last.anchor !== said.anchor || last.months !== months)) {
        const from = Math.max(said.periodStart, last.from);
        this.steps = [...this.steps.filter((one) => one.from !== from), { from, anchor: said.anchor, months }];
      }
      if (!known && sub.by === 'hand') this.books.change(undefined, this.steps, this.now);
    }
    this.sub = after;
  }

  // Time ------------------------------------------------------------------------------------------------------------

  /** What is due on the way happens at its own instant. */
  pass(until: number): void {
    this.books.clock = until;
    this.settle(until);
    this.now = until;
    this.upTo(until + 1);
  }

  private settle(until: number): void {
    for (let at = this.due(until); at !== undefined; at = this.due(until)) {
      this.now = Math.max(this.now, at);
      this.upTo(at);
      const { sub } = this;
      if (at === sub.cancelAt || at === sub.trialEnd) this.end(at);
      else if (at === this.debtDue()) this.owe(at);
      else if (at === sub.pauseEnds) this.become({ ...sub, status: 'active', pauseEnds: undefined }, false, at);
      else if (sub.next) {
        const { plan, edition, interval } = sub.next;
        this.become({ ...sub, plan, edition, interval, next: undefined, orderedBy: undefined }, false, at);
      }
    }
    // Paid, withdrawn, credited or due later: at once. What comes of it may be due as well.
    if (this.owe(until)) this.settle(until);
  }

  /** When what is owed makes something else of it. */
  private debtDue(): number | undefined {
    const { by, status, unpaidAt } = this.sub;
    const since = this.books.owedSince();
    if (by !== 'hand' || since === undefined) return undefined;
    if (status === 'active') return since;
    return status === 'past_due' ? unpaidAt : undefined;
  }

  private owe(at: number): boolean {
    const before = this.sub;
    const after = owing(before, this.books.owedSince(), at);
    if (after.status === before.status && after.graceUntil === before.graceUntil && after.unpaidAt === before.unpaidAt)
      return false;
    this.sub = after;
    if (isBilled(before) && !isBilled(after)) this.books.rest(this.steps, at);
    if (!isBilled(before) && isBilled(after)) this.books.change(this.terms(), this.steps, at);
    return true;
  }

  /** The instants at which the clock changes something. */
  coming(): number[] {
    const { trialEnd, cancelAt, graceUntil, pauseEnds, next } = this.sub;
    const own = [trialEnd, cancelAt, graceUntil, pauseEnds, next?.at, this.debtDue()];
    const all = [...own, ...this.grants.flatMap(({ from, until }) => [from, until])];
    return [...this.books.coming(), ...all].filter((at): at is number => at !== undefined && at > this.now);
  }

  private due(until: number): number | undefined {
    const { by, status, cancelAt, trialEnd, pauseEnds, next } = this.sub;
    if (by === 'stripe' || status === 'canceled') return undefined;
    const all = [cancelAt, trialEnd, pauseEnds, next?.at, this.debtDue()].filter(
      (at): at is number => at !== undefined && at <= until,
    );
    return all.length > 0 ? Math.min(...all) : undefined;
  }

  private upTo(until: number): void {
    if (isBilled(this.sub)) this.books.begin(this.terms(), this.steps, until);
  }

  // The one way in which it becomes something else --------------------------------------------------------------------

  private become(after: Subscription, begins: boolean, at = this.now): void {
    const before = this.sub;
    const last = this.steps.at(-1) as Step;
    const months = after.interval === 'year' ? 12 : 1;
    if (after.by === 'hand' && (begins || last.months !== months)) this.step({ from: at, anchor: at, months });
    else if (last.months !== months)
      this.step({ from: Math.max(windowOf([last], 1, at).start, last.from), anchor: last.anchor, months });
    this.sub = owing(after, this.books.owedSince(), at);
    if (isBilled(this.sub)) this.books.change(this.terms(), this.steps, at);
    else if (after.by === 'hand') this.books.rest(this.steps, at);
    else if (before.by === 'hand') this.books.change(undefined, this.steps, at);
  }

  private step(step: Step): void {
    this.steps = [...this.steps.filter(({ from }) => from !== step.from), step];
  }

  private end(at: number): boolean {
    this.become({ plan: 'free', edition: 0, status: 'active', by: 'nobody', interval: 'month', rooms5: 0 }, false, at);
    return true;
  }

  private begins(plan: Plan, interval: Interval): boolean {
    const { sub } = this;
    return plan !== 'free' && (sub.by === 'nobody' || (interval === 'year' && sub.plan !== plan));
  }

  private terms(): Terms {
    const { plan, edition, interval, rooms5 } = this.sub;
    const sold = soldBy(plan, edition);
    return {
      positions: [
        { name: plan, cents: (interval === 'year' ? sold.year : sold.month) ?? 0 },
        ...(rooms5 > 0 ? [{ name: 'rooms5', cents: 500 * rooms5 * (interval === 'year' ? 12 : 1) }] : []),
      ],
      pages: { price: plan === 'pro' ? 'by ten pages' : 'by the page', included: sold.pages },
    };
  }

  private paidUntil(): number {
    return windowOf(this.steps, 'paid', this.now).end;
  }
}
