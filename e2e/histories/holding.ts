import { DAY, later, windowOf } from './calendar.ts';
import { type Coupon, isFor } from './coupons.ts';
import { canFollow, countFrom, type Follows, wantedSeats } from './seats.ts';
import {
  type Billed,
  type Interval,
  isBilled,
  isHeld,
  isInForce,
  mainSold,
  NONE,
  ORDER,
  type Plan,
  type Status,
  type Subscription,
  soldBy,
} from './sold.ts';
import { Subscribed } from './subscribed.ts';

/** How one organisation's subscription of one product is changed: each answers whether it is carried out. Part of the model. */
export class Holding extends Subscribed {
  /** When a customer began to pause: twice in a year, for forty days. */
  private readonly pauses: number[] = [];
  /** When seats were changed last, also by what does not follow any more. */
  private written = 0;

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
    const begins = this.beginsAnew(plan, interval);
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
      sub.next = { plan, edition, interval, at, ...this.membersWith(sub, plan, edition) };
      sub.orderedBy = 'customer';
      return true;
    }
    const owes =
      sub.status === 'past_due'
        ? { status: sub.status, graceUntil: sub.graceUntil, unpaidAt: sub.unpaidAt }
        : { status: 'active' as const };
    const after: Subscription = { plan, edition, by: 'hand', interval, addons: sub.addons, ...owes };
    const begins = this.beginsAnew(plan, interval);
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
      const had = sub.next?.moved || sub.next?.follows ? sub.next.addons : undefined;
      sub.next = {
        plan,
        edition,
        interval: sub.interval,
        at: this.paidUntil(),
        moved: true,
        ...(had && { addons: had }),
      };
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

  /** The number of members that are paid for follows that of those there are, from now on or not any more. */
  follow(cap: number | undefined): boolean {
    if (!this.sub || this.sub.status === 'canceled' || this.sub.plan === 'free') return false;
    this.follows =
      cap === undefined ? undefined : { cap, writtenAt: this.follows?.writtenAt ?? this.written, countAt: this.now };
    return true;
  }

  /** So many members there are: more are paid for at once, fewer from the next period on. */
  countMembers(members: number): void {
    const { follows, sub } = this;
    if (follows?.countAt === undefined || follows.countAt > this.now) return;
    follows.countAt = undefined;
    if (!canFollow(sub)) {
      this.countComing(members, follows);
      return;
    }
    const { now, later: renews } = wantedSeats(sub, follows, members);
    const paid = sub.addons.members;
    const ordered = sub.next?.addons?.members ?? paid;
    if (now === paid && renews === ordered) return;
    follows.writtenAt = this.now;
    this.written = this.now;
    if (now > paid) this.become({ ...sub, addons: { ...sub.addons, members: now }, next: undefined }, false);
    else if (renews === paid) this.sub = { ...sub, next: undefined, orderedBy: undefined };
    else {
      const { plan, edition, interval, addons } = sub;
      const next = {
        plan,
        edition,
        interval,
        at: this.paidUntil(),
        follows: true,
        addons: { ...addons, members: renews },
      };
      this.sub = { ...sub, next, orderedBy: undefined };
    }
  }

  /** Of the members that are followed those are bought with another plan that it does not include, and no more than are paid for. */
  private membersWith(sub: Subscription, plan: Plan, edition: number): { addons?: Subscription['addons'] } {
    const { next, addons: paid } = sub;
    const addons = next?.addons ?? paid;
    if (!this.follows || sub.status !== 'active' || sub.cancelAt !== undefined || addons.members === 0)
      return leftBehind(sub);
    const had = next?.addons ? next : sub;
    const wanted = addons.members + mainSold(had.plan, had.edition).seats - mainSold(plan, edition).seats;
    return { addons: { ...addons, members: Math.max(0, Math.min(wanted, paid.members)) } };
  }

  /** With another plan that was ordered begin as many as there are then, never more than were ordered or are paid for. */
  private countComing(members: number, follows: Follows): void {
    const { sub } = this;
    if (!sub?.next || sub.by !== 'hand' || sub.status !== 'active' || sub.cancelAt !== undefined) return;
    const { plan, edition, addons = sub.addons } = sub.next;
    const needed = Math.max(0, members - mainSold(plan, edition).seats);
    const begins = addons.members === 0 ? 0 : Math.min(needed, Math.max(addons.members, sub.addons.members));
    if (begins === addons.members) return;
    follows.writtenAt = this.now;
    this.written = this.now;
    this.sub = { ...sub, next: { ...sub.next, addons: { ...addons, members: begins } } };
  }

  /** Something has changed: members are counted, half a minute after the number was changed last at the earliest. */
  countSoon(): void {
    if (this.follows && this.follows.countAt === undefined) this.follows.countAt = countFrom(this.follows, this.now);
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
      interval: over ? 'month' : said.interval,
      addons: over ? NONE : said.addons,
      graceUntil: said.status === 'past_due' ? grace : undefined,
    };
    if (over) {
      if (this.steps.length > 0) this.steps = this.stepsAfter(after, false, this.now);
    } else {
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
}

/** Whoever has left is not paid for in what follows either. */
const leftBehind = ({ next }: Subscription): { addons?: Subscription['addons'] } =>
  next?.addons ? { addons: next.addons } : {};
