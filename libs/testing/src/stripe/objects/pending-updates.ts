import type { Account } from '../kernel/account.ts';
import { perAccount } from '../kernel/per-account.ts';
import type { Invoice, Subscription, SubscriptionItem } from '../kernel/stored.ts';
import type { Timer } from './timers.ts';

/** A change that is in force when its invoice is paid, and forgotten when that is withdrawn. */
interface PendingUpdate {
  subscription: Subscription;
  /** null: a pause ends with it, and has its own time. */
  expiresAt: number | null;
  apply: () => void;
}

const LASTS = 23 * 3_600;
const updates = perAccount(() => new Map<string, PendingUpdate>());

export const isPending = (account: Account, invoice: Invoice): boolean => updates(account).has(invoice.id);

/** Until the period ends at the latest. */
export function keepUpdate(
  account: Account,
  subscription: Subscription,
  invoice: Invoice,
  { items, apply }: { items: SubscriptionItem[]; apply: () => void },
): void {
  const ends = subscription.items.data.map((item) => item.current_period_end);
  const expiresAt = Math.min(account.now() + LASTS, ...ends);
  updates(account).set(invoice.id, { subscription, expiresAt, apply });
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.latest_invoice = invoice.id;
    subscription.pending_update = {
      billing_cycle_anchor: null,
      cancel_at_period_end: null,
      discount: null,
      discounts: null,
      expires_at: expiresAt,
      metadata: null,
      subscription_items: items,
      trial_end: null,
      trial_from_plan: null,
    };
  });
}

/** A pause ends with an invoice: as long as that is not paid, the subscription's periods are as they were. */
export function keepResumption(
  account: Account,
  subscription: Subscription,
  invoice: Invoice,
  apply: () => void,
): void {
  updates(account).set(invoice.id, { subscription, expiresAt: null, apply });
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.latest_invoice = invoice.id;
  });
}

export function applyUpdate(account: Account, invoice: Invoice): void {
  const update = updates(account).get(invoice.id);
  if (!update) return;
  updates(account).delete(invoice.id);
  account.change(update.subscription, 'customer.subscription.updated', () => {
    update.subscription.pending_update = null;
    update.apply();
  });
  if (update.expiresAt !== null) account.emit('customer.subscription.pending_update_applied', update.subscription);
}

export function dropUpdate(account: Account, invoice: Invoice): void {
  const update = updates(account).get(invoice.id);
  if (!update) return;
  updates(account).delete(invoice.id);
  if (update.expiresAt === null) return;
  account.change(update.subscription, 'customer.subscription.updated', () => {
    update.subscription.pending_update = null;
  });
}

/** `withdraw` voids an invoice. */
export function* updateTimers(account: Account, withdraw: (invoice: Invoice) => void): Generator<Timer> {
  for (const [id, { subscription, expiresAt }] of updates(account)) {
    if (expiresAt === null) continue;
    const run = () => {
      withdraw(account.store.get('invoice', id));
      account.emit('customer.subscription.pending_update_expired', subscription);
    };
    yield { at: expiresAt, rank: 1, run };
  }
}
