import type { Tx } from '@tidegate/database/tx';

/** Whose subscriptions: one of an organisation, all that have a plan of a product, or all that pay for add-ons by the year. */
export interface Noted {
  product: string;
  orgId?: string;
  plan?: string;
  addonsByYear?: boolean;
}

/*
 * What a subscription brings in a month: the price of its plan and of its add-ons in one currency, of a year a twelfth, the
 * sum rounded once to the smallest unit, halves up. Only what is active or overdue brings anything. The currency is its own;
 * where it has none, or no price in it, that of the catalogue, and then the first by name. What is sold by the month only is
 * paid twelve months at a time by whoever pays by the year, as it is charged.
 */
const TWELFTHS = "(p ->> 'amountMinor')::bigint * case when p ->> 'interval' = 'year' then 1 else 12 end";
const PRICED = `
  select s.org_id, s.product, s.plan, s.plan_version, s.status, s.billing_interval,
         coalesce(price.currency, '') as currency,
         case when s.status in ('active', 'past_due') then (coalesce(price.twelfths, 0) + addons.twelfths + 6) / 12
              else 0 end as mrr_minor
    from subscriptions s
    join plan_versions v on (v.product, v.plan, v.version) = (s.product, s.plan, s.plan_version)
    left join lateral (
      select p ->> 'currency' as currency, ${TWELFTHS} as twelfths
        from jsonb_array_elements(v.definition -> 'prices') as p
       where p ->> 'interval' in (s.billing_interval, 'month')
       order by p ->> 'currency' = s.currency desc nulls last,
                p ->> 'currency' = (select document ->> 'currency' from catalogues order by version desc limit 1) desc,
                p ->> 'currency', p ->> 'interval' = s.billing_interval desc
       limit 1) as price on true
   cross join lateral (
      select coalesce(sum(i.quantity * sold.twelfths), 0)::bigint as twelfths
        from subscription_items i
        join addon_versions a on (a.product, a.addon, a.version) = (i.product, i.addon, i.version)
       cross join lateral (
         select ${TWELFTHS} as twelfths
           from jsonb_array_elements(a.definition -> 'prices') as p
          where p ->> 'currency' = price.currency and p ->> 'interval' in (s.billing_interval, 'month')
          order by p ->> 'interval' = s.billing_interval desc
          limit 1) as sold
       where (i.org_id, i.product) = (s.org_id, s.product) and (i.until is null or i.until > $4)) as addons
   where s.product = $1 and ($2::uuid is null or s.org_id = $2) and ($3::text is null or s.plan = $3)
     and (not $5 or (s.billing_interval = 'year' and exists (
       select 1 from subscription_items i where (i.org_id, i.product) = (s.org_id, s.product))))`;

/**
 * Writes down what has changed of what subscriptions bring, at the instant at which it did; nothing when nothing has. An
 * instant before the last fact counts as that one's. What is deleted brings nothing, though it may not be purged yet, and
 * neither does a demo.
 */
export async function noteRevenue(
  tx: Tx,
  { product, orgId, plan, addonsByYear = false }: Noted,
  at: number,
): Promise<void> {
  const noted = await tx.query<{ customer: string }>(
    `insert into revenue_facts (customer, at, product, plan, plan_version, status, billing_interval, currency, mrr_minor)
     select now.org_id, greatest($4::timestamptz, newest.at), now.product, now.plan, now.plan_version, now.status,
            now.billing_interval, now.currency, now.mrr_minor
       from (${PRICED}) as now
       left join lateral (
         select * from revenue_facts f where (f.customer, f.product) = (now.org_id, now.product) order by id desc limit 1
       ) as before on true
       left join lateral (select f.at from revenue_facts f where f.customer = now.org_id order by id desc limit 1) as newest on true
      where (before.plan, before.plan_version, before.status, before.billing_interval, before.currency, before.mrr_minor)
            is distinct from (now.plan, now.plan_version, now.status, now.billing_interval, now.currency, now.mrr_minor)
        and not exists (select 1 from revenue_facts f where f.customer = now.org_id and f.status = 'deleted')
        and not exists (select 1 from demo_organisations d where d.org_id = now.org_id)
     returning customer`,
    [product, orgId ?? null, plan ?? null, new Date(at), addonsByYear],
  );
  if (noted.length > 0)
    await sumUp(
      tx,
      noted.map(({ customer }) => customer),
    );
}

/** The last fact of each product of these organisations. */
const NEWEST_FACTS = `
  select distinct on (customer, product) customer, product, plan, currency, mrr_minor from revenue_facts
   where customer = any($1::uuid[]) order by customer, product, id desc`;

/** Two products of one organisation may change at once: the second to come waits, and sums up both. */
async function sumUp(tx: Tx, orgIds: readonly string[]): Promise<void> {
  await tx.query(
    'select 1 from organisation_profiles where org_id = any($1::uuid[]) order by org_id for no key update',
    [orgIds],
  );
  await tx.query(
    `with now as (
       select customer, currency, sum(mrr_minor)::bigint as mrr_minor from (${NEWEST_FACTS}) as newest
        where mrr_minor > 0 group by customer, currency),
     gone as (
       delete from organisation_mrr m where org_id = any($1::uuid[])
          and not exists (select 1 from now where (customer, currency) = (m.org_id, m.currency)))
     insert into organisation_mrr (org_id, currency, mrr_minor) select * from now
     on conflict (org_id, currency) do update set mrr_minor = excluded.mrr_minor`,
    [orgIds],
  );
}

/** An organisation came: cohorts are counted from here. */
export async function noteSignUp(tx: Tx, orgId: string, at: string): Promise<void> {
  await tx.query(
    `insert into revenue_facts (customer, at, product, plan, plan_version, status, billing_interval, currency, mrr_minor)
     select $1, $2, '', '', 0, 'signed_up', 'month', '', 0
      where not exists (select 1 from revenue_facts where customer = $1 and product = '' and status = 'signed_up')`,
    [orgId, at],
  );
}

/** It was deleted: everything that it brought ends, and stays in the figures of the past. */
export async function noteGone(tx: Tx, orgId: string, at: string): Promise<void> {
  await tx.query(
    `insert into revenue_facts (customer, at, product, plan, plan_version, status, billing_interval, currency, mrr_minor)
     select customer, greatest($2::timestamptz, max(at) over ()), product, plan, plan_version, 'deleted', billing_interval,
            currency, 0
       from (select distinct on (product) * from revenue_facts where customer = $1 order by product, id desc) as newest
      where status <> 'deleted'`,
    [orgId, at],
  );
  await sumUp(tx, [orgId]);
}
