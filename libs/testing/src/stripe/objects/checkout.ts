import type { Account } from '../kernel/account.ts';
import { DAY } from '../kernel/clock.ts';
import { embedded, listOf, type Page, type PageParams, pageInOrder } from '../kernel/lists.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { LineItem, Session } from '../kernel/stored.ts';
import { type NewSession, readTerms, sum, termsOf, totals } from './checkout-terms.ts';
import { mergedMetadata } from './metadata.ts';
import type { Timer } from './timers.ts';

export const checkoutRoutes: Routes = {
  'POST /v1/checkout/sessions': (account, params: NewSession) => create(account, params),
  'GET /v1/checkout/sessions': (account, params: PageParams) =>
    listOf(account, 'checkout.session', '/v1/checkout/sessions', params, {
      customer: true,
      payment_intent: true,
      status: true,
      subscription: true,
    }),
  'GET /v1/checkout/sessions/{id}': (account, _params, { id }) => account.store.get('checkout.session', id),
  'POST /v1/checkout/sessions/{id}': (account, params: Pick<NewSession, 'metadata'>, { id }) => {
    const session = account.store.get('checkout.session', id);
    session.metadata = mergedMetadata(session.metadata, params.metadata);
    return session;
  },
  'POST /v1/checkout/sessions/{id}/expire': (account, _params, { id }) => {
    const session = account.store.get('checkout.session', id);
    if (session.status !== 'open')
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      );
    return expire(account, session);
  },
  'GET /v1/checkout/sessions/{id}/line_items': (account, params: PageParams, { id }) => {
    account.store.get('checkout.session', id);
    return pageInOrder(lineItems(account, id), params, `/v1/checkout/sessions/${id}/line_items`);
  },
};

export function lineItems(account: Account, session: string): LineItem[] {
  const terms = termsOf(account).get(session);
  return terms ? totals(account, terms).items : [];
}

export const listedItems = (account: Account, session: Session): Page<LineItem> =>
  embedded(lineItems(account, session.id), `/v1/checkout/sessions/${session.id}/line_items`);

function expire(account: Account, session: Session): Session {
  session.status = 'expired';
  session.url = null;
  account.emit('checkout.session.expired', session);
  return session;
}

export function* sessionTimers(account: Account): Generator<Timer> {
  for (const session of account.store.all('checkout.session', (one) => one.status === 'open'))
    yield { at: session.expires_at, rank: 1, run: () => void expire(account, session) };
}

function create(account: Account, params: NewSession): Session {
  const terms = readTerms(account, params);
  if (params.customer) account.store.get('customer', params.customer, 'customer');
  const id = `cs_${account.settings.livemode ? 'live' : 'test'}_${account.random.text(40)}`;
  const tax = params.automatic_tax?.enabled ?? false;
  const session = account.draft('checkout.session', {
    id,
    object: 'checkout.session',
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    automatic_tax: {
      enabled: tax,
      liability: tax ? { type: 'self' } : null,
      provider: tax ? 'stripe' : null,
      status: tax ? 'complete' : null,
    },
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    created: account.now(),
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: params.customer ?? null,
    customer_creation: params.customer
      ? null
      : params.mode === 'payment'
        ? (params.customer_creation ?? 'if_required')
        : 'always',
    customer_email: params.customer_email ?? null,
    discounts: terms.discounts.map((one) => ({
      coupon: one.coupon ?? null,
      promotion_code: one.promotion_code ?? null,
    })),
    expires_at: params.expires_at ?? account.now() + DAY,
    livemode: account.settings.livemode,
    locale: params.locale ?? null,
    metadata: mergedMetadata({}, params.metadata),
    mode: params.mode ?? 'payment',
    payment_method_collection: params.mode === 'subscription' ? (params.payment_method_collection ?? 'always') : null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: 'unpaid',
    phone_number_collection: { enabled: false },
    shipping_options: [],
    status: 'open',
    success_url: params.success_url ?? null,
    ui_mode: 'hosted_page',
    url: `${account.origin()}/pay/${id}`,
  });
  sum(account, session, terms);
  termsOf(account).set(id, terms);
  return account.store.add('checkout.session', session);
}
