import { DAY } from './calendar.ts';

/* What is sold and what can be had of it: part of the model, it knows nothing of the services. */
export type Plan = 'free' | 'starter' | 'pro';
export type Interval = 'month' | 'year';
export type Status = 'active' | 'trialing' | 'past_due' | 'paused' | 'unpaid' | 'canceled';

export const ORDER: Plan[] = ['free', 'starter', 'pro'];

/** What a plan of an edition of the catalogue sells. */
export function soldBy(plan: Plan, edition: number) {
  const more = edition * 100;
  switch (plan) {
    case 'free':
      return { month: 0, year: 0, reports: 10, pages: 5, scans: 5, rooms: 1, depth: 'none' };
    case 'starter':
      return {
        month: 1900 + more,
        year: undefined,
        reports: 100 + more,
        pages: 50,
        scans: 10,
        rooms: 5 + edition,
        depth: 'basic',
      };
    case 'pro':
      return {
        month: 4900 + more,
        year: 49_000 + 10 * more,
        reports: 1000 + more,
        pages: 200,
        scans: 20,
        rooms: 20 + edition,
        depth: 'premium',
      };
  }
}

/** What a payment provider says that it bills for. */
export interface Billed {
  plan: Plan;
  edition: number;
  status: Status;
  rooms5: number;
  interval: Interval;
  anchor: number;
  periodStart: number;
  /** Since when a payment is overdue. */
  overdueSince?: number | undefined;
}

export interface Subscription {
  plan: Plan;
  edition: number;
  status: Status;
  /** Who bills for it. */
  by: 'nobody' | 'hand' | 'stripe';
  interval: Interval;
  rooms5: number;
  trialEnd?: number | undefined;
  cancelAt?: number | undefined;
  graceUntil?: number | undefined;
  /** When it is given up, because an invoice of ours is not paid; of what somebody else called so it is nothing. */
  unpaidAt?: number | undefined;
  heldByOperator?: boolean;
  /** When a customer's own pause ends by itself. */
  pauseEnds?: number | undefined;
  next?: { plan: Plan; edition: number; interval: Interval; at: number; moved?: boolean } | undefined;
  /** Who ordered what follows. */
  orderedBy?: 'customer' | 'operator' | undefined;
}

export interface Grant {
  op: 'set' | 'add' | 'max';
  rooms: number;
  from: number;
  until: number;
}

export const isInForce = (status: Status): boolean => ['active', 'trialing', 'past_due', 'paused'].includes(status);
export const isBilled = ({ by, status }: Subscription): boolean =>
  by === 'hand' && ['active', 'past_due'].includes(status);

/** What the operator ordered, customers do not take back. */
export const isHeld = ({ cancelAt, next, orderedBy }: Subscription): boolean =>
  (next !== undefined || cancelAt !== undefined) && (orderedBy === 'operator' || next?.moved === true);

/**
 * What comes of an invoice of ours that has been due for a while: a week in which everything works, thirty days of reading,
 * and then it is given up. What an operator said themselves stays as they said.
 */
export function owing(sub: Subscription, since: number | undefined, at: number): Subscription {
  const said = sub.status !== 'active' && sub.unpaidAt === undefined;
  if (sub.by !== 'hand' || sub.status === 'paused' || said) return sub;
  if (since === undefined || since > at)
    return { ...sub, status: 'active', graceUntil: undefined, unpaidAt: undefined };
  const unpaidAt = since + 37 * DAY;
  return unpaidAt > at
    ? { ...sub, status: 'past_due', graceUntil: since + 7 * DAY, unpaidAt }
    : { ...sub, status: 'unpaid', graceUntil: undefined, unpaidAt };
}
