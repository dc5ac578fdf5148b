import type { Account } from '../kernel/account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Subscription, SubscriptionItem } from '../kernel/stored.ts';
import type { LineDraft } from './invoice-lines.ts';
import { changedItems, type GivenItem } from './item-changes.ts';
import { type Period, periodAt } from './periods.rules.ts';
import {
  arrearsLine,
  chargeLine,
  creditLine,
  debitLine,
  intervalName,
  intervalOf,
  isMetered,
  periodOf,
} from './subscription-lines.ts';

export interface GivenChange {
  items?: GivenItem[];
  proration_behavior?: 'none' | 'always_invoice' | 'create_prorations';
  proration_date?: number;
  billing_cycle_anchor?: { type: string };
  trial_end?: 'now' | number;
}
/** What a change would do. Nothing is done yet: a preview shows it and an update carries it out. */
export interface Change {
  /** The subscription afterwards, apart from its status. */
  after: Subscription;
  removed: SubscriptionItem[];
  /** Credits, debits and, when the period restarts, its charges. */
  lines: LineDraft[];
  /** They are charged now, instead of with the next invoice. */
  invoiceNow: boolean;
}

export function planChange(account: Account, subscription: Subscription, given: GivenChange): Change {
  const before = subscription.items.data;
  const items = changedItems(account, subscription.id, before, given.items ?? []);
  const at = given.proration_date ?? account.now();
  const first = Math.min(...before.map((item) => item.current_period_start));
  const last = Math.max(...before.map((item) => item.current_period_end));
  if (subscription.status !== 'paused' && (at < first || at > last))
    throw invalid('Cannot prorate outside of the current period.', 'proration_date');
  const removed = before.filter((item) => !items.some((one) => one.id === item.id));
  const trialEnds =
    given.trial_end === undefined ? subscription.trial_end : given.trial_end === 'now' ? at : given.trial_end;
  const trial =
    typeof given.trial_end === 'number' || (trialEnds !== null && trialEnds > at && subscription.status === 'trialing');
  if (trial) return inTrial(subscription, items, removed, trialEnds ?? at, at);
  const resets =
    given.billing_cycle_anchor?.type === 'now' ||
    (given.trial_end === 'now' && subscription.status === 'trialing') ||
    intervalsDiffer(before, items) ||
    becomesPaid(before, items);
  const anchor = resets ? at : subscription.billing_cycle_anchor;
  const after: Subscription = {
    ...subscription,
    billing_cycle_anchor: anchor,
    trial_end: trialEnds,
    items: { ...subscription.items, data: items },
  };
  for (const item of items) {
    const was = before.find((one) => one.id === item.id);
    const { start, end } = resets
      ? { start: at, end: periodAt(anchor, intervalOf(item.price), at).end }
      : place(item, was, before, anchor, at);
    Object.assign(item, { current_period_start: start, current_period_end: end });
  }
  const prorates = given.proration_behavior !== 'none';
  const lines = resets
    ? resetLines(account, subscription, after, at, prorates)
    : changeLines(account, subscription, after, removed, at, prorates);
  return {
    after,
    removed,
    lines,
    invoiceNow: resets || (given.proration_behavior === 'always_invoice' && lines.length > 0),
  };
}

/** The period that an item is in while the anchor stays. */
function place(
  item: SubscriptionItem,
  was: SubscriptionItem | undefined,
  before: SubscriptionItem[],
  anchor: number,
  at: number,
): Period {
  const like = (one: SubscriptionItem) => intervalName(one.price) === intervalName(item.price);
  if (was && like(was)) return periodOf(was);
  // At the end of a period a new item joins what is renewed at the same instant.
  const ending = before.find((one) => one.current_period_end === at && like(one));
  if (ending) return periodOf(ending);
  const period = periodAt(anchor, intervalOf(item.price), at);
  return was ? period : { start: at, end: period.end };
}

/** During a trial nothing is charged; a new end moves the anchor with it. */
function inTrial(
  subscription: Subscription,
  items: SubscriptionItem[],
  removed: SubscriptionItem[],
  end: number,
  at: number,
): Change {
  if (end <= at) throw invalid('trial_end must lie in the future.', 'trial_end');
  for (const item of items) {
    item.current_period_start ||= at;
    item.current_period_end = end;
  }
  const after: Subscription = {
    ...subscription,
    billing_cycle_anchor: end,
    trial_end: end,
    trial_start: subscription.trial_start ?? at,
    items: { ...subscription.items, data: items },
  };
  return { after, removed, lines: [], invoiceNow: false };
}

/** No item keeps its interval: the period restarts and is charged at once. */
function intervalsDiffer(before: SubscriptionItem[], after: SubscriptionItem[]): boolean {
  const known = new Set(before.map((item) => intervalName(item.price)));
  return !after.some((item) => known.has(intervalName(item.price)));
}

const costs = (item: SubscriptionItem): boolean =>
  !isMetered(item.price) && (item.quantity ?? 1) > 0 && item.price.unit_amount_decimal !== '0';

/** From free to paid the period restarts as well. */
const becomesPaid = (before: SubscriptionItem[], after: SubscriptionItem[]): boolean =>
  !before.some((item) => costs(item) || isMetered(item.price)) && after.some(costs);

function resetLines(
  account: Account,
  before: Subscription,
  after: Subscription,
  at: number,
  prorates: boolean,
): LineDraft[] {
  const used = before.items.data.flatMap((item) =>
    arrearsLine(account, before, item, { start: item.current_period_start, end: at }),
  );
  const credits = prorates ? before.items.data.flatMap((item) => creditLine(account, before, item, at)) : [];
  return [...credits, ...used, ...after.items.data.flatMap((item) => chargeLine(account, after, item))];
}

function changeLines(
  account: Account,
  before: Subscription,
  after: Subscription,
  removed: SubscriptionItem[],
  at: number,
  prorates: boolean,
): LineDraft[] {
  const used = removed.flatMap((item) =>
    arrearsLine(account, before, item, { start: item.current_period_start, end: at }),
  );
  if (!prorates) return used;
  const credits = removed.flatMap((item) => creditLine(account, before, item, at));
  const changed = after.items.data.flatMap((item) => {
    const was = before.items.data.find((one) => one.id === item.id);
    if (was && was.price.id === item.price.id && was.quantity === item.quantity) return [];
    return [...(was ? creditLine(account, before, was, at) : []), ...debitLine(account, after, item, at)];
  });
  return [...credits, ...changed, ...used];
}
