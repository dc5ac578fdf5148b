import type Stripe from 'stripe';
import { type PageParams, page } from '../kernel/lists.ts';
import { perAccount } from '../kernel/per-account.ts';
import { invalid } from '../kernel/refusal.ts';
import type { Routes } from '../kernel/routes.ts';
import type { Params } from '../kernel/stored.ts';
import { givenFields, mergedMetadata } from '../objects/metadata.ts';

/** Answered once, when the endpoint is created. */
export const endpointSecrets = perAccount(() => new Map<string, string>());

export const webhookEndpointRoutes: Routes = {
  'POST /v1/webhook_endpoints': (account, params: Params<Stripe.WebhookEndpointCreateParams>) => {
    if (!URL.canParse(params.url)) throw invalid('Invalid URL: must be absolute.', 'url', 'url_invalid');
    const secret = `whsec_${account.random.text(32)}`;
    const endpoint = account.create('webhook_endpoint', {
      id: account.id('we'),
      object: 'webhook_endpoint',
      api_version: params.api_version ?? null,
      created: account.now(),
      description: params.description || null,
      enabled_events: params.enabled_events,
      livemode: account.settings.livemode,
      metadata: mergedMetadata({}, params.metadata),
      status: 'enabled',
      url: params.url,
    });
    endpointSecrets(account).set(endpoint.id, secret);
    return { ...endpoint, secret };
  },
  'GET /v1/webhook_endpoints': (account, params: PageParams) =>
    page(account.store.all('webhook_endpoint'), params, '/v1/webhook_endpoints'),
  'GET /v1/webhook_endpoints/{id}': (account, _params, { id }) => account.store.get('webhook_endpoint', id),
  'POST /v1/webhook_endpoints/{id}': (account, params: Params<Stripe.WebhookEndpointUpdateParams>, { id }) => {
    const endpoint = account.store.get('webhook_endpoint', id);
    Object.assign(endpoint, givenFields(params, 'url', 'description'));
    if (params.enabled_events) endpoint.enabled_events = params.enabled_events;
    if (params.disabled !== undefined) endpoint.status = params.disabled ? 'disabled' : 'enabled';
    if (params.metadata !== undefined) endpoint.metadata = mergedMetadata(endpoint.metadata, params.metadata);
    return endpoint;
  },
  'DELETE /v1/webhook_endpoints/{id}': (account, _params, { id }) =>
    account.store.remove('webhook_endpoint', account.store.get('webhook_endpoint', id)),
};
