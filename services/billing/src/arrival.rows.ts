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
  // Who tried something at home has tried it: its owners, and the cards of trials at Stripe, which are asked for when it is fetched
  // (`TriedCards`). What has happened at Stripe since it was frozen is fetched as soon as it has arrived, and what Stripe said here before of a
  // customer whom nobody knew is about somebody now. Without a customer of theirs the calls were to another account.
  after: `with mine as (select customer_id from stripe_customers where org_id = $1),
    elsewhere as (delete from stripe_calls where org_id = $1 and not exists (select from mine)),
    marked as (
      insert into stripe_dirty (customer_id, due_at, money) select customer_id, clock_timestamp(), true from mine
      on conflict (customer_id) do update
        set marks = stripe_dirty.marks + 1, due_at = clock_timestamp(), attempts = 0, money = true),
    tried as (
      insert into trial_claims (key, product)
      select distinct encode(sha256(convert_to('user:' || owner, 'UTF8')), 'hex'), t.product
        from trials t join organisation_profiles p on p.org_id = t.org_id cross join unnest(p.owner_ids) as owner
       where t.org_id = $1 order by 1, 2 on conflict do nothing),
    given as (
      insert into trial_claims (key, product)
      select encode(sha256(convert_to('trial:' || id, 'UTF8')), 'hex'), '' from stripe_subscriptions
       where org_id = $1 and state ->> 'trialEnd' is not null order by 1 on conflict do nothing)
    update stripe_events set state = 'pending', org_id = $1, error = null
     where state = 'quarantined' and customer_id in (select customer_id from mine)`,
  // Those of an organisation that never was here; its home keeps its own.
  withdrawn: 'delete from kept_invoices where org_id = $1',
  versions: [
    { table: 'subscriptions', of: 'plan', name: 'plan', version: 'plan_version' },
    { table: 'subscriptions', of: 'plan', name: 'next_plan', version: 'next_plan_version' },
    { table: 'subscription_items', of: 'addon', name: 'addon', version: 'version' },
    { table: 'revenue_facts', of: 'plan', name: 'plan', version: 'plan_version' },
  ],
};
