import type { Tx } from '@tidegate/database/tx';
import type { UsagePeriodState } from './subscription-state.rules.ts';

/**
 * What goes on now; what went on and does no more ends where the next begins, or at this instant. Whatever is new is due to
 * be reported.
 */
export async function savePeriods(
  tx: Tx,
  customerId: string,
  periods: readonly UsagePeriodState[],
  at: number,
): Promise<void> {
  const running = JSON.stringify(periods);
  const begun = await tx.query(
    `insert into stripe_usage_periods (org_id, meter, period_start, period_end, customer_id, subscription_id, price_id, lookup_key)
     select $1, t->>'meter', to_timestamp((t->>'periodStart')::float8), to_timestamp((t->>'periodEnd')::float8), $2,
            t->>'subscriptionId', t->>'priceId', t->>'lookupKey'
       from jsonb_array_elements($3::jsonb) as t
     on conflict (org_id, meter, period_start) do update
       set period_end = excluded.period_end, customer_id = excluded.customer_id, price_id = excluded.price_id,
           subscription_id = excluded.subscription_id, lookup_key = excluded.lookup_key
     where stripe_usage_periods.invoiced is null
       and (stripe_usage_periods.period_end, stripe_usage_periods.price_id) is distinct from (excluded.period_end, excluded.price_id)
     returning meter`,
    [tx.orgId, customerId, running],
  );
  const ended = await tx.query(
    `update stripe_usage_periods p
        set period_end = coalesce((select min(n.period_start) from stripe_usage_periods n
                                    where n.org_id = $1 and n.meter = p.meter and n.period_start > p.period_start
                                      and n.period_start < p.period_end), greatest(p.period_start, to_timestamp($4)))
      where p.org_id = $1 and p.customer_id = $2 and p.invoiced is null and p.period_end > to_timestamp($4)
        and not exists (select from jsonb_array_elements($3::jsonb) as t
                         where t->>'meter' = p.meter
                           and to_timestamp((t->>'periodStart')::float8) = p.period_start)
     returning meter`,
    [tx.orgId, customerId, running, Math.floor(at / 1_000)],
  );
  if (begun.length + ended.length === 0) return;
  await tx.query(
    `insert into stripe_usage_due (org_id, due_at) values ($1, to_timestamp($2))
     on conflict (org_id) do update set due_at = least(stripe_usage_due.due_at, excluded.due_at)`,
    [tx.orgId, Math.floor(at / 1_000)],
  );
}

/** What a final invoice charged of a period: from now on it can only be charged later. */
export async function closePeriods(
  tx: Tx,
  lines: readonly { priceId: string; periodStart: number; periodEnd: number; quantity: string }[],
): Promise<void> {
  if (lines.length === 0) return;
  await tx.query(
    `update stripe_usage_periods p
        set invoiced = (t->>'quantity')::numeric,
            period_end = to_timestamp((t->>'periodEnd')::float8)
       from jsonb_array_elements($2::jsonb) as t
      where p.org_id = $1 and p.price_id = t->>'priceId' and p.invoiced is null
        and p.period_start = to_timestamp((t->>'periodStart')::float8)`,
    [tx.orgId, JSON.stringify(lines)],
  );
}
