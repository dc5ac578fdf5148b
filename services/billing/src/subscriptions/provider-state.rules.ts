import type { PeriodStep } from '@tidegate/contracts/billing/period';
import type { SubscriptionStatus } from '@tidegate/contracts/billing/subscription-status';
import { isValid } from '../entitlements/standing.rules.ts';
import {
  type Item,
  isEnded,
  monthsOf,
  NO_LONGER_PAID,
  type Subscription,
  stepOf,
  wholeSecond,
} from '../kernel/subscription.rules.ts';

/** What a provider says about the subscription of one product, as a whole. Instants are ISO 8601, whole seconds. */
export interface ProviderState {
  provider: 'stripe' | 'manual';
  /** The subscription at the provider. One that is over (`canceled`, `incomplete_expired`) never comes back by the same ref. */
  ref: string;
  /** Rises with every state of the organisation; a state with a lower one than the last is dropped. A bigint as text. */
  seq: string;
  status: SubscriptionStatus;
  plan: string;
  planVersion: number;
  interval: 'month' | 'year';
  currency: string;
  /** All add-ons; those that are missing have ended. */
  addons: readonly { addon: string; version: number; quantity: number }[];
  since: string;
  /** Periods are counted from here. */
  anchor: string;
  periodStart: string;
  periodEnd: string;
  trialEnd: string | null;
  cancelAt: string | null;
  pausedAt: string | null;
  /** Since when a payment is overdue, where the provider knows it; otherwise since it was first heard. */
  pastDueSince?: string | null;
  /** What follows at the end of the period. */
  next: { plan: string; planVersion: number; interval: 'month' | 'year'; at: string } | null;
}

const instant = (text: string): number => Date.parse(text);
const instantOrNull = (text: string | null): number | null => (text === null ? null : Date.parse(text));

/**
 * The subscription as the provider says, or undefined when that is old, over for good, or of another subscription than the
 * one that counts.
 */
export function applied(
  before: Subscription | undefined,
  product: string,
  state: ProviderState,
  { at, graceDays, pauseEndsAt }: { at: number; graceDays: number; pauseEndsAt: number | null },
): Subscription | undefined {
  const same = before?.provider === state.provider && before.ref === state.ref;
  if (before && BigInt(state.seq) < BigInt(before.seq)) return undefined;
  if (same && isEnded(before) && !isEnded(state)) return undefined;
  // One that gives nothing does not end what somebody has by another way.
  if (!same && (isEnded(state) || (!isValid(state.status) && before && before.provider !== 'none'))) return undefined;
  const pastDue = same && before.status === 'past_due' ? before.graceUntil : null;
  return {
    product,
    plan: state.plan,
    planVersion: state.planVersion,
    status: state.status,
    interval: state.interval,
    currency: state.currency,
    provider: state.provider,
    ref: state.ref,
    seq: state.seq,
    since: same && before.plan === state.plan ? before.since : instant(state.since),
    period: { start: instant(state.periodStart), end: instant(state.periodEnd) },
    trialEnd: instantOrNull(state.trialEnd),
    cancelAt: instantOrNull(state.cancelAt),
    pausedAt: instantOrNull(state.pausedAt),
    pausedBy: state.status === 'paused' ? 'customer' : null,
    pauseEndsAt: state.status === 'paused' ? pauseEndsAt : null,
    graceUntil: state.status === 'past_due' ? graceUntil(pastDue, state, at, graceDays) : null,
    unpaidAt: null,
    owedSince: before?.owedSince ?? null,
    billingHeld: false,
    next: state.next
      ? { ...state.next, at: instant(state.next.at), by: state.provider, reason: 'ordered there', addons: null }
      : null,
    orderedBy: null,
    items: isEnded(state) ? [] : state.addons.map((item) => itemOf(before, item, at)),
  };
}

const DAY_MS = 86_400_000;

/** The grace begins when the payment was due, however late that arrives here. The same debt said again gives no more time. */
function graceUntil(running: number | null, { pastDueSince }: ProviderState, at: number, graceDays: number): number {
  const due = pastDueSince ? instant(pastDueSince) : at;
  // A provider's clock may be ahead of ours: then it begins when it arrives, once.
  if (running !== null && (!pastDueSince || due > at)) return running;
  return wholeSecond(Math.min(due, at)) + graceDays * DAY_MS;
}

function itemOf(before: Subscription | undefined, item: ProviderState['addons'][number], at: number): Item {
  const had = before?.items.find(({ addon }) => addon === item.addon);
  return {
    addon: item.addon,
    version: item.version,
    quantity: item.quantity,
    since: had?.since ?? wholeSecond(at),
    until: null,
  };
}

/**
 * The step by which the provider counts, when it is another than before: from the beginning of what is paid for now. What follows
 * an end costs nothing.
 */
export function stepFor(last: PeriodStep | undefined, state: ProviderState, at: number): PeriodStep | undefined {
  if (isEnded(state)) return last && stepOf(last, { at, ...NO_LONGER_PAID });
  const months = monthsOf(state.interval);
  const anchor = new Date(instant(state.anchor)).toISOString();
  if (!isValid(state.status) || (last?.anchor === anchor && last.months === months)) return undefined;
  const from = Math.max(instant(state.periodStart), last ? Date.parse(last.from) : Number.NEGATIVE_INFINITY);
  return { from: new Date(from).toISOString(), anchor, months };
}
