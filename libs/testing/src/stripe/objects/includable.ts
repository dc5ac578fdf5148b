import type { Account } from '../kernel/account.ts';
import { embedded } from '../kernel/lists.ts';
import type { Includable } from '../kernel/render.ts';
import type { Coupon, Customer, Invoice, Price, Session } from '../kernel/stored.ts';
import { listedItems } from './checkout.ts';
import { paymentsOf } from './invoice-state.ts';
import { isOver } from './subscription-end.ts';
import { taxIdsOf } from './tax-ids.ts';

export const includable: Includable = {
  'checkout.session': { line_items: (account: Account, session: Session) => listedItems(account, session) },
  coupon: { applies_to: (_account, coupon: Coupon) => coupon.applies_to },
  customer: {
    subscriptions: (account: Account, { id }: Customer) =>
      embedded(
        account.store.all('subscription', (one) => one.customer === id && !isOver(one)),
        `/v1/customers/${id}/subscriptions`,
      ),
    tax_ids: (account: Account, { id }: Customer) => embedded(taxIdsOf(account, id), `/v1/customers/${id}/tax_ids`),
  },
  invoice: {
    confirmation_secret: (account: Account, invoice: Invoice) => secretOf(account, invoice),
    payments: (account: Account, { id }: Invoice) =>
      embedded(paymentsOf(account, id), `/v1/invoice_payments?invoice=${id}`),
  },
  price: { tiers: (_account, price: Price) => price.tiers },
};

function secretOf(account: Account, invoice: Invoice) {
  const payment = paymentsOf(account, invoice.id)[0]?.payment.payment_intent;
  const secret = account.store.find('payment_intent', payment)?.client_secret;
  return secret ? { client_secret: secret, type: 'payment_intent' } : null;
}
