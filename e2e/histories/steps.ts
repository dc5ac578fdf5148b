import type { Coupon } from './coupons.ts';
import type { Interval, Plan, Product, Status } from './sold.ts';
import type { Meter, Reporter } from './usage-model.ts';

/** What one organisation does, or has done to it. Names of events, leases and holds are small numbers, so that they repeat. */
export type OwnStep =
  | { do: 'set'; product: Product; plan: Plan; status: Status; interval?: Interval; rooms5?: number; code?: Coupon }
  | { do: 'choose'; product: Product; plan: Plan; code?: Coupon }
  | { do: 'try' | 'ungrant' }
  /** A code that gives rooms. */
  | { do: 'gift'; is: 'entered' | 'ended' }
  | { do: 'resume' | 'pause'; product: Product }
  | { do: 'buy'; product: Product; plan: Plan; interval?: Interval; code?: Coupon }
  | { do: 'cancel'; product: Product; at: 'now' | 'period_end' }
  | { do: 'grant'; op: 'set' | 'add' | 'max'; rooms: number; fromDays: number; days: number | null }
  | {
      do: 'report';
      by: Reporter;
      id: number;
      meter: Meter;
      quantity: number;
      hoursAgo: number;
      lease?: number;
      twice?: boolean;
    }
  | { do: 'correct'; id: number; to: number | 'void' }
  | { do: 'lend'; name: number; want: number; whole: boolean; seconds: number }
  | { do: 'giveBack'; name: number; spent: number }
  | { do: 'hold'; name: number; quantity: number; seconds: number }
  | { do: 'commit'; name: number; quantity: number }
  | { do: 'release'; name: number }
  /** `which` counts from the oldest; -1 is the newest. */
  | { do: 'invoice'; which: number; is: 'paid' | 'withdrawn' | 'credited' | 'extended'; cents: number; days: number }
  | { do: 'order'; packages: number }
  /** `asLast`: they end when those that were given last do. */
  | { do: 'give'; scans: number; priority: number; days: number | null; asLast?: boolean }
  | { do: 'takeBack' }
  | { do: 'coupon'; coupon: Coupon; product: Product; is: 'given' | 'ended' }
  | { do: 'members'; are: number }
  | { do: 'follow'; cap: number | null }
  | { do: 'card'; pays: boolean }
  /** At Stripe: the newest payment is given back, or taken back at the bank; an invoice is credited. */
  | { do: 'refund'; share: number }
  | { do: 'dispute'; lost: boolean }
  | { do: 'forgive' }
  | { do: 'creditNote'; share: number }
  | { do: 'dashboard'; product: Product; cancel: 'now' | 'period_end' };

/** What happens to all. */
export type WorldStep =
  | { do: 'pass'; hours: number }
  /** Time passes to one of the next instants at which something is due for somebody, and so many seconds more or less. */
  | { do: 'near'; which: number; seconds: number }
  | { do: 'edition' }
  | { do: 'move'; product: Product; plan: Plan; at: 'now' | 'period_end' }
  | { do: 'webhooks'; are: 'held' | 'lost' | 'sent'; copies?: number }
  | { do: 'stripe'; fails: 'before' | 'after' | 'busy' }
  /** The service dies when it has sent so many more messages to its database. */
  | { do: 'die'; service: 'billing' | 'usage'; messages: number; lost: boolean }
  | { do: 'stand still'; service: 'billing' | 'usage'; hours: number };

export type Step = (OwnStep & { who: number }) | (WorldStep & { who?: undefined });
