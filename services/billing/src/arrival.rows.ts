import type { Arrival } from '@tidegate/runtime/service';

/** What was fetched from Stripe is numbered by a sequence of its installation. */
const FETCHED_ANEW = { sync_seq: '0' };

export const arrival: Arrival = {
  instead: {
    // Made by a catalogue of another installation: outdated, so the next turn of a loop computes and announces it.
    entitlements: { catalogue_version: '0', form: '0' },
    subscriptions: { provider_seq: 'least(r.provider_seq, 0)' },
    invoices: { sync_seq: 'least(r.sync_seq, 0)' },
    stripe_customers: { ...FETCHED_ANEW, compared_at: "'-infinity'" },
    stripe_invoices: FETCHED_ANEW,
    stripe_subscriptions: FETCHED_ANEW,
    stripe_usage_due: { holder: '0' },
    top_ups: { holder: '0' },
  },
  versions: [
    { table: 'subscriptions', of: 'plan', name: 'plan', version: 'plan_version' },
    { table: 'subscriptions', of: 'plan', name: 'next_plan', version: 'next_plan_version' },
    { table: 'subscription_items', of: 'addon', name: 'addon', version: 'version' },
    { table: 'revenue_facts', of: 'plan', name: 'plan', version: 'plan_version' },
  ],
};
