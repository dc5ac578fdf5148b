import type Stripe from 'stripe';
import type { Account } from '../kernel/account.ts';
import { type PageParams, page } from '../kernel/lists.ts';
import { invalid, required } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params, PortalConfiguration, PortalSession } from '../kernel/stored.ts';
import { attach, createCard } from './cards.ts';
import { mergedMetadata, orNull } from './metadata.ts';
import { isOver } from './subscription-end.ts';
import { updateSubscription } from './update-subscription.ts';

type NewSession = Params<Stripe.BillingPortal.SessionCreateParams>;
type NewConfiguration = Params<Stripe.BillingPortal.ConfigurationCreateParams>;

export const portalRoutes: Routes = {
  'POST /v1/billing_portal/sessions': (account, params: NewSession) => {
    if (!params.customer) throw required('customer');
    account.store.get('customer', params.customer, 'customer');
    const configuration = params.configuration
      ? account.store.get('billing_portal.configuration', params.configuration, 'configuration')
      : defaultConfiguration(account);
    const id = account.id('bps');
    return account.create('billing_portal.session', {
      id,
      object: 'billing_portal.session',
      configuration: configuration.id,
      created: account.now(),
      customer: params.customer,
      flow: flowOf(account, params),
      livemode: account.settings.livemode,
      locale: params.locale ?? null,
      return_url: params.return_url ?? configuration.default_return_url,
      url: `${account.origin()}/portal/${id}`,
    });
  },
  'POST /v1/billing_portal/configurations': (account, params: NewConfiguration) => configure(account, params, false),
  'GET /v1/billing_portal/configurations': (account, params: PageParams) =>
    page(account.store.all('billing_portal.configuration'), params, '/v1/billing_portal/configurations'),
  'GET /v1/billing_portal/configurations/{id}': (account, _params, { id }) =>
    account.store.get('billing_portal.configuration', id),
  'POST /v1/billing_portal/configurations/{id}': (
    account,
    params: Partial<NewConfiguration> & { active?: boolean },
    { id },
  ) => {
    const known = account.store.get('billing_portal.configuration', id);
    return account.change(known, 'billing_portal.configuration.updated', () => {
      if (params.active !== undefined) known.active = params.active;
      if (params.features) known.features = featuresOf(params.features);
      if (params.metadata !== undefined) known.metadata = mergedMetadata(known.metadata, params.metadata);
      known.updated = account.now();
    });
  },
};

const defaultConfiguration = (account: Account): PortalConfiguration =>
  account.store.all('billing_portal.configuration', (one) => one.is_default)[0] ??
  configure(account, { features: {} }, true);

function configure(account: Account, params: NewConfiguration, isDefault: boolean): PortalConfiguration {
  const made = account.create('billing_portal.configuration', {
    id: account.id('bpc'),
    object: 'billing_portal.configuration',
    active: true,
    business_profile: { headline: null, privacy_policy_url: null, terms_of_service_url: null },
    created: account.now(),
    default_return_url: orNull(params.default_return_url),
    features: featuresOf(params.features),
    is_default: isDefault,
    livemode: account.settings.livemode,
    login_page: { enabled: false, url: null },
    metadata: mergedMetadata({}, params.metadata),
    name: orNull(params.name),
    updated: account.now(),
  });
  account.emit('billing_portal.configuration.created', made);
  return made;
}

function featuresOf(given: NewConfiguration['features']): PortalConfiguration['features'] {
  const cancel = given.subscription_cancel;
  const update = given.subscription_update;
  return {
    customer_update: {
      allowed_updates: given.customer_update?.allowed_updates || [],
      enabled: given.customer_update?.enabled ?? false,
    },
    invoice_history: { enabled: given.invoice_history?.enabled ?? true },
    payment_method_update: {
      enabled: given.payment_method_update?.enabled ?? true,
      payment_method_configuration: null,
    },
    subscription_cancel: {
      cancellation_reason: { enabled: false, feedback_options: null, options: [] },
      enabled: cancel?.enabled ?? true,
      mode: cancel?.mode ?? 'at_period_end',
      proration_behavior: cancel?.proration_behavior ?? 'none',
    },
    subscription_pause: {
      duration: { interval_options: [], type: 'indefinite' },
      enabled: given.subscription_pause?.enabled ?? false,
    },
    subscription_update: {
      billing_cycle_anchor: null,
      default_allowed_updates: update?.default_allowed_updates || [],
      enabled: update?.enabled ?? false,
      products: null,
      proration_behavior: update?.proration_behavior ?? 'none',
      schedule_at_period_end: { conditions: update?.schedule_at_period_end?.conditions ?? [] },
      trial_update_behavior: update?.trial_update_behavior ?? 'end_trial',
    },
  };
}

type Flow = NonNullable<PortalSession['flow']>;

function flowOf(account: Account, params: NewSession): Flow | null {
  const given = params.flow_data;
  if (!given) return null;
  const subscription =
    given.subscription_cancel?.subscription ??
    given.subscription_update?.subscription ??
    given.subscription_pause?.subscription ??
    given.subscription_update_confirm?.subscription;
  if (subscription && account.store.get('subscription', subscription, 'flow_data').customer !== params.customer)
    throw invalid('The subscription is of another customer.', 'flow_data');
  const returnUrl = given.after_completion?.redirect?.return_url;
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: returnUrl ? { return_url: returnUrl } : null,
      type: given.after_completion?.type ?? 'portal_homepage',
    },
    customer_update: null,
    subscription_cancel: given.subscription_cancel ? { retention: null, subscription: subscription ?? '' } : null,
    subscription_pause: given.subscription_pause ? { subscription: subscription ?? '' } : null,
    subscription_update: given.subscription_update ? { subscription: subscription ?? '' } : null,
    subscription_update_confirm: null,
    type: given.type,
  };
}

/** What a customer does in the portal: `cancel`, `keep` or `card` (with `card=4242`). Answers where they go then. */
export function visitPortal(account: Account, id: string, entered: Record<string, string>): string {
  const session = account.store.get('billing_portal.session', id);
  const customer = account.store.get('customer', session.customer);
  const live = account.store.all('subscription', (one) => one.customer === customer.id && !isOver(one));
  if (entered['action'] === 'cancel' || entered['action'] === 'keep')
    for (const subscription of live)
      updateSubscription(account, subscription, { cancel_at_period_end: entered['action'] === 'cancel' });
  else if (entered['action'] === 'card') {
    const method = attach(account, createCard(account, entered['card'] ?? '', customer.email), customer.id);
    account.change(customer, 'customer.updated', () => {
      customer.invoice_settings = { ...customer.invoice_settings, default_payment_method: method.id };
    });
    for (const subscription of live)
      if (subscription.default_payment_method)
        account.change(subscription, 'customer.subscription.updated', () => {
          subscription.default_payment_method = method.id;
        });
  } else throw invalid('The portal knows cancel, keep and card.', 'action');
  return session.return_url ?? account.origin();
}
