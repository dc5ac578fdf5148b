import { DAY } from './calendar.ts';

/* What is sold and what can be had of it: part of the model, it knows nothing of the services. */
export type Product = 'main' | 'bots';
export type Plan = 'free' | 'starter' | 'pro' | 'basic' | 'plus';
export type Interval = 'month' | 'year';
export type Status = 'active' | 'trialing' | 'past_due' | 'paused' | 'unpaid' | 'canceled';

export const PRODUCTS: Product[] = ['main', 'bots'];
export const PLANS: Record<Product, Plan[]> = { main: ['free', 'starter', 'pro'], bots: ['basic', 'plus'] };
/** By what they give. */
export const ORDER: Plan[] = ['free', 'starter', 'pro', 'basic', 'plus'];
/** What follows the end; of the other product nothing does. */
export const DEFAULT: Record<Product, Plan | undefined> = { main: 'free', bots: undefined };

interface Sold {
  month: number;
  year?: number;
  /** Paid once by an organisation. */
  setup?: number;
  reports: number;
}
interface OfMain extends Sold {
  pages: number;
  scans: number;
  rooms: number;
  seats: number;
  depth: string;
}
interface OfBots extends Sold {
  robots: number;
  runs: number;
}

/** What a plan of an edition of the catalogue sells. */
export function mainSold(plan: Plan, edition: number): OfMain {
  const more = edition * 100;
  switch (plan) {
    case 'starter':
      return {
        ...{ month: 1900 + more, reports: 100 + more, pages: 50, scans: 10 },
        ...{ rooms: 5 + edition, seats: 2, depth: 'basic' },
      };
    case 'pro':
      return {
        ...{ month: 4900 + more, year: 49_000 + 10 * more, reports: 1000 + more, pages: 200, scans: 20 },
        ...{ rooms: 20 + edition, seats: 3, depth: 'premium' },
      };
    default:
      return { month: 0, year: 0, reports: 10, pages: 5, scans: 5, rooms: 1, seats: 1, depth: 'none' };
  }
}

export const botsSold = (plan: Plan, edition: number): OfBots =>
  plan === 'basic'
    ? { month: 900 + 100 * edition, reports: 40, robots: 3, runs: 30 }
    : {
        ...{ month: 2500 + 100 * edition, year: 24_000 + 1000 * edition, setup: 1500 },
        ...{ reports: 400, robots: 10, runs: 300 },
      };

export const soldBy = (plan: Plan, edition: number): Sold =>
  plan === 'basic' || plan === 'plus' ? botsSold(plan, edition) : mainSold(plan, edition);

/** What is had beside the plan. */
export interface Addons {
  rooms5: number;
  members: number;
}
export const NONE: Addons = { rooms5: 0, members: 0 };
export const ROOMS5_CENTS = 500;
export const MEMBER_CENTS = 300;

/** What a payment provider says that it bills for. */
export interface Billed {
  plan: Plan;
  edition: number;
  status: Status;
  addons: Addons;
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
  addons: Addons;
  trialEnd?: number | undefined;
  cancelAt?: number | undefined;
  graceUntil?: number | undefined;
  /** When it is given up, because an invoice of ours is not paid; of what somebody else called so it is nothing. */
  unpaidAt?: number | undefined;
  heldByOperator?: boolean;
  /** When a customer's own pause ends by itself. */
  pauseEnds?: number | undefined;
  next?: Next | undefined;
  /** Who ordered what follows. */
  orderedBy?: 'customer' | 'operator' | undefined;
}

export interface Next {
  plan: Plan;
  edition: number;
  interval: Interval;
  at: number;
  moved?: boolean;
  /** By itself, because members left: with these add-ons. */
  follows?: boolean;
  addons?: Addons;
}

export interface Grant {
  op: 'set' | 'add' | 'max';
  rooms: number;
  from: number;
  until: number;
  /** By a code. */
  gift?: boolean;
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
