import type { Account } from '../kernel/account.ts';
import { DAY } from '../kernel/clock.ts';
import { perAccount } from '../kernel/per-account.ts';
import type { Invoice } from '../kernel/stored.ts';
import { collect, paid, subscriptionOf } from './collection.ts';
import { finalise, markUncollectible, voidInvoice } from './invoice-state.ts';
import type { Timer } from './timers.ts';

/** Without a good answer to invoice.created an invoice is finalised after three days all the same. */
const UNANSWERED = 3 * DAY;
/** Invoices that were said to be overdue. */
const overdue = perAccount(() => new Set<string>());

export function* invoiceTimers(account: Account): Generator<Timer> {
  for (const invoice of account.store.all('invoice')) {
    if (invoice.status === 'draft' && invoice.auto_advance && invoice.automatically_finalizes_at !== null)
      yield { at: invoice.automatically_finalizes_at, rank: 2, run: () => advance(account, invoice) };
    if (invoice.status === 'open' && invoice.next_payment_attempt !== null)
      yield { at: invoice.next_payment_attempt, rank: 3, run: () => collect(account, invoice) };
    if (
      invoice.status === 'open' &&
      invoice.collection_method === 'send_invoice' &&
      invoice.due_date !== null &&
      !overdue(account).has(invoice.id)
    )
      yield { at: invoice.due_date, rank: 3, run: () => becomeOverdue(account, invoice) };
  }
}

function becomeOverdue(account: Account, invoice: Invoice): void {
  overdue(account).add(invoice.id);
  account.emit('invoice.overdue', invoice);
  const subscription = subscriptionOf(account, invoice);
  if (subscription?.status !== 'active') return;
  account.change(subscription, 'customer.subscription.updated', () => {
    subscription.status = 'past_due';
  });
}

function advance(account: Account, invoice: Invoice): void {
  if (!account.answered('invoice.created', invoice.id) && account.now() < invoice.created + UNANSWERED) {
    invoice.automatically_finalizes_at = invoice.created + UNANSWERED;
    return;
  }
  finalise(account, invoice);
  const subscription = subscriptionOf(account, invoice);
  const pause = subscription?.pause_collection;
  if (pause && invoice.status === 'open') {
    if (pause.behavior === 'void') voidInvoice(account, invoice);
    else if (pause.behavior === 'mark_uncollectible') markUncollectible(account, invoice);
    return;
  }
  if (invoice.status === 'paid') {
    if (subscription) paid(account, subscription, invoice);
  } else if (invoice.collection_method === 'send_invoice') account.emit('invoice.sent', invoice);
  else collect(account, invoice);
}
