import type { Account } from '../kernel/account.ts';
import type { Page } from '../kernel/pages.ts';
import { answerPage, payOnPage } from './checkout-page.ts';
import { answerChallenge, payInvoicePage } from './collection.ts';
import { visitPortal } from './portal.ts';

const form = (title: string, fields: string) =>
  `<!doctype html><title>${title}</title><form method="post">${fields}<button>Go</button></form>`;

export const pages: Page[] = [
  {
    path: /^\/pay\/(cs_\w+)(\/authenticate)?$/,
    get: () => form('Pay', '<input name="card"><input name="email"><input name="promotion_code">'),
    post: (account, id, entered, part) => {
      if (part) answerPage(account, id, entered['outcome'] === 'pass');
      else if (payOnPage(account, id, entered) === 'requires_action')
        return { status: 200, body: { requires_action: true, url: `${account.origin()}/pay/${id}/authenticate` } };
      return { status: 303, location: successOf(account, id) };
    },
  },
  {
    path: /^\/3ds\/(pi_\w+)$/,
    get: () => form('Your bank', '<input name="outcome" value="pass">'),
    post: (account, id, entered) => {
      const outcome = answerChallenge(account, account.store.get('payment_intent', id), entered['outcome'] === 'pass');
      return { status: outcome === 'succeeded' ? 200 : 402, body: { outcome } };
    },
  },
  {
    path: /^\/portal\/(bps_\w+)$/,
    get: () => form('Your subscription', '<input name="action"><input name="card">'),
    post: (account, id, entered) => ({ status: 303, location: visitPortal(account, id, entered) }),
  },
  {
    path: /^\/invoices\/(in_\w+)$/,
    get: (account, id) =>
      form(`Invoice ${account.store.get('invoice', id).number}`, '<input name="outcome" value="pass">'),
    post: (account, id, entered) => {
      const outcome = payInvoicePage(account, account.store.get('invoice', id), entered['outcome'] !== 'fail');
      return { status: outcome === 'succeeded' ? 200 : 402, body: { outcome } };
    },
  },
  {
    path: /^\/invoices\/(in_\w+)\/pdf$/,
    get: (account, id) => `%PDF-1.4\n% ${account.store.get('invoice', id).number}\n%%EOF\n`,
  },
];

const successOf = (account: Account, id: string): string =>
  (account.store.get('checkout.session', id).success_url ?? '').replace('{CHECKOUT_SESSION_ID}', id);
