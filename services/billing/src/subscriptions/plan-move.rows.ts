import type { Tx } from '@tidegate/database/tx';
import { FOLLOWS_MEMBERS } from '../entitlements/seats.rules.ts';
import { GOES_ON } from '../kernel/subscription.rows.ts';
import type { MovingRow } from './plan-move.rules.ts';

/**
 * Which subscriptions move, and what they get: those of `plan` of a product that do not have `version` of `to` already.
 * What a payment provider bills for changes there, and what is over for good stays what it was.
 */
export interface MoveOrder {
  product: string;
  plan: string;
  to: string;
  version: number;
  /** Whether anything has to be paid for the target. */
  paid: boolean;
}

const MOVING = `product = $1 and plan = $2 and (plan <> $3 or plan_version < $4) and provider <> 'stripe' and ${GOES_ON}`;
const UNSCHEDULED = `next_plan = null, next_plan_version = null, next_interval = null, next_at = null, next_by = null,
              next_reason = null, next_addons = null,
              ordered_by = case when cancel_at is null then null else ordered_by end`;

/** Needs a transaction that sees all organisations. */
export const findMoving = (tx: Tx, { product, plan, to, version }: MoveOrder): Promise<MovingRow[]> =>
  tx.query<MovingRow>(
    `select s.org_id, s.plan_version, s.billing_interval, s.period_start, s.period_end, step.from_at, step.anchor, step.months
       from subscriptions s
      cross join lateral (
        select from_at, anchor, months from period_steps p where (p.org_id, p.product) = (s.org_id, s.product)
         order by from_at desc limit 1) as step
      where ${MOVING} order by s.org_id`,
    [product, plan, to, version],
  );

export async function countOf(tx: Tx, product: string, plan: string): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `select count(*)::int as count from subscriptions where product = $1 and plan = $2 and ${GOES_ON}`,
    [product, plan],
  );
  return row?.count ?? 0;
}

/**
 * Moves them at once, with a line in the history, and marks their entitlements as outdated for the refresh loop. Another
 * plan that is paid by the year begins a year; add-ons that do not go with it end. Returns how many moved.
 */
export async function moveNow(tx: Tx, { product, plan, to, version, paid }: MoveOrder, by: string): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, product, plan, plan_version from subscriptions where ${MOVING} order by org_id for update),
     moved as (
       update subscriptions s
          set plan = $3, plan_version = $4, ${UNSCHEDULED},
              provider = case when s.status = 'trialing' then s.provider when $6 then 'manual' else 'none' end,
              started_at = case when s.plan = $3 then s.started_at else now() end
         from old where s.org_id = old.org_id and s.product = old.product
       returning s.org_id, s.product, old.plan as old_plan, old.plan_version as old_version, s.plan, s.plan_version,
                 s.billing_interval),
     stepped as (
       insert into period_steps (org_id, product, from_at, anchor, months)
       select org_id, product, began, began, 12
         from moved, date_trunc('second', clock_timestamp()) as began
        where old_plan <> plan and billing_interval = 'year'
       on conflict (org_id, product, from_at) do update set anchor = excluded.anchor, months = excluded.months),
     dropped as (
       delete from subscription_items i using moved m, addon_versions a
        where (i.org_id, i.product) = (m.org_id, m.product)
          and (a.product, a.addon, a.version) = (i.product, i.addon, i.version) and not a.definition -> 'plans' ? m.plan),
     recorded as (
       insert into subscription_changes (org_id, id, product, action, changed_by, before, after)
       select org_id, gen_random_uuid(), product, 'moved', $5,
              jsonb_build_object('plan', old_plan, 'planVersion', old_version),
              jsonb_build_object('plan', plan, 'planVersion', plan_version) from moved),
     marked as (
       update entitlements e set catalogue_version = 0 from moved where e.org_id = moved.org_id)
     select count(*)::int as count from moved`,
    [product, plan, to, version, by, paid],
  );
  return row?.count ?? 0;
}

/**
 * Schedules each move, and the loop that carries out what is due. A move that was scheduled before is replaced. What was
 * ordered because members left comes with it; until then no others are bought, so entitlements are outdated.
 */
export async function scheduleMoves(
  tx: Tx,
  { product, plan, to, version }: MoveOrder,
  moves: readonly { orgId: string; at: string }[],
  by: string,
): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with scheduled as (
       update subscriptions s set next_plan = $3, next_plan_version = $4, next_interval = s.billing_interval,
              next_at = m.at, next_by = $5, next_reason = 'moved',
              next_addons = case when next_reason = 'moved' or (next_by, next_reason) = ('schedule', $8) then next_addons end,
              ordered_by = case when s.cancel_at is null then 'operator' else s.ordered_by end
         from unnest($6::uuid[], $7::timestamptz[]) as m(org_id, at)
        where s.org_id = m.org_id and ${MOVING} returning s.org_id, s.next_at),
     woken as (
       update entitlements e set next_change_at = least(e.next_change_at, scheduled.next_at), catalogue_version = 0
         from scheduled where e.org_id = scheduled.org_id)
     select count(*)::int as count from scheduled`,
    [
      ...[product, plan, to, version, by],
      ...[moves.map((move) => move.orgId), moves.map((move) => move.at), FOLLOWS_MEMBERS],
    ],
  );
  return row?.count ?? 0;
}
