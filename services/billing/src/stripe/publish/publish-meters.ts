import { meterDiffers, type PublishedChange } from '@tidegate/contracts/billing/publish';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Stripe } from 'stripe';
import { refusalOf, type StripeApi } from '../client/stripe-api.ts';
import type { WantedMeter } from './wanted-prices.rules.ts';

/** What an hour is reported as is its whole total, so that reporting it again changes nothing. */
const COUNTS = {
  default_aggregation: { formula: 'sum' as const },
  event_time_window: 'hour' as const,
  customer_mapping: { type: 'by_id' as const, event_payload_key: 'stripe_customer_id' },
  value_settings: { event_payload_key: 'value' },
};

/**
 * Makes the meters of the catalogue at Stripe. All but its name is decided when a meter is made; one that counts in another
 * way is shown as refused, and nothing is changed. Answers the ids by the names of their events; of those to be made there is none yet.
 */
export async function publishMeters(
  api: StripeApi,
  refuse: Refuse<typeof meterDiffers>,
  wanted: readonly WantedMeter[],
  dryRun: boolean,
): Promise<{ changes: PublishedChange[]; ids: Map<string, string> }> {
  const ids = new Map<string, string>();
  if (wanted.length === 0) return { changes: [], ids };
  const there = await activeMeters(api);
  const shown = ({ eventName, name }: WantedMeter, change: PublishedChange['change']): PublishedChange => ({
    kind: 'meter',
    name: eventName,
    change,
    detail: `${name}, by the hour`,
  });
  const changes = wanted.map((one) => shown(one, changeOf(one, there.get(one.eventName))));
  const differing = changes.filter(({ change }) => change === 'refused').map(({ name }) => name);
  if (differing.length > 0 && !dryRun)
    throw refuse(meterDiffers, { meters: differing }, 'Deactivate it at Stripe, or rename the feature.');
  for (const [at, one] of wanted.entries()) {
    const known = there.get(one.eventName);
    if (known) ids.set(one.eventName, known.id);
    if (dryRun || changes[at]?.change === 'unchanged') continue;
    if (known) {
      const name = { display_name: one.name };
      await api.call('POST /v1/billing/meters/:id', (stripe) => stripe.billing.meters.update(known.id, name));
    } else ids.set(one.eventName, await create(api, one));
  }
  return { changes, ids };
}

function changeOf({ name }: WantedMeter, there: Stripe.Billing.Meter | undefined): PublishedChange['change'] {
  if (!there) return 'create';
  const { default_aggregation: how, event_time_window: window, customer_mapping: whose, value_settings: value } = there;
  const same =
    how.formula === COUNTS.default_aggregation.formula &&
    window === COUNTS.event_time_window &&
    whose.event_payload_key === COUNTS.customer_mapping.event_payload_key &&
    value.event_payload_key === COUNTS.value_settings.event_payload_key;
  if (!same) return 'refused';
  return there.display_name === name ? 'unchanged' : 'update';
}

async function activeMeters(api: StripeApi): Promise<Map<string, Stripe.Billing.Meter>> {
  const all = await api.listAll('GET /v1/billing/meters', (stripe, page) =>
    stripe.billing.meters.list({ status: 'active', ...page }),
  );
  return new Map(all.map((meter) => [meter.event_name, meter]));
}

async function create(api: StripeApi, { eventName: event_name, name: display_name }: WantedMeter): Promise<string> {
  const params = { event_name, display_name, ...COUNTS };
  try {
    return (await api.call('POST /v1/billing/meters', (stripe) => stripe.billing.meters.create(params))).id;
  } catch (error) {
    // Made by an attempt whose answer was lost, or by somebody at the same moment.
    const made = refusalOf(error) && (await activeMeters(api)).get(event_name);
    if (!made) throw error;
    return made.id;
  }
}
