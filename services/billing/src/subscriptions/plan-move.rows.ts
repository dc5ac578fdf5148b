import type { Tx } from '@tidegate/database/tx';
import type { MovingRow } from './plan-move.rules.ts';

/** Which subscriptions move, and what they get: those of `plan` of a product that do not have `version` of `to` already. */
export interface MoveOrder {
  product: string;
  plan: string;
  to: string;
  version: number;
}

const MOVING = 'product = $1 and plan = $2 and (plan <> $3 or plan_version < $4)';
const UNSCHEDULED = 'next_plan = null, next_plan_version = null, next_at = null, next_by = null';

/** What every move records: a line in the history, and entitlements marked as outdated for the refresh loop. */
const RECORDED = `recorded as (
       insert into subscription_changes (org_id, id, changed_by, before, after)
       select org_id, gen_random_uuid(), by,
              jsonb_build_object('product', product, 'plan', old_plan, 'planVersion', old_version),
              jsonb_build_object('product', product, 'plan', plan, 'planVersion', plan_version) from moved),
     marked as (
       update entitlements e set catalogue_version = 0 from moved where e.org_id = moved.org_id)`;

/** Needs a transaction that sees all organisations. */
export const findMoving = (tx: Tx, { product, plan, to, version }: MoveOrder): Promise<MovingRow[]> =>
  tx.query<MovingRow>(
    `select org_id, plan_version, billing_interval, interval_since from subscriptions where ${MOVING} order by org_id`,
    [product, plan, to, version],
  );

export async function countOf(tx: Tx, product: string, plan: string): Promise<number> {
  const row = await tx.one<{ count: number }>(
    'select count(*)::int as count from subscriptions where product = $1 and plan = $2',
    [product, plan],
  );
  return row?.count ?? 0;
}

/** Moves them at once and marks their entitlements as outdated. Returns how many moved. */
export async function moveNow(tx: Tx, { product, plan, to, version }: MoveOrder, by: string): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with old as (
       select org_id, product, plan, plan_version from subscriptions where ${MOVING} order by org_id for update),
     moved as (
       update subscriptions s
          set plan = $3, plan_version = $4, ${UNSCHEDULED},
              interval_since = case when s.plan <> $3 and s.billing_interval = 'year'
                                    then date_trunc('milliseconds', clock_timestamp()) else s.interval_since end,
              started_at = case when s.plan = $3 then s.started_at else now() end
         from old where s.org_id = old.org_id and s.product = old.product
       returning s.org_id, s.product, old.plan as old_plan, old.plan_version as old_version, s.plan, s.plan_version,
                 $5 as by),
     ${RECORDED}
     select count(*)::int as count from moved`,
    [product, plan, to, version, by],
  );
  return row?.count ?? 0;
}

/** Schedules each move. A move that was scheduled before is replaced. */
export async function scheduleMoves(
  tx: Tx,
  { product, plan, to, version }: MoveOrder,
  moves: readonly { orgId: string; at: string }[],
  by: string,
): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with scheduled as (
       update subscriptions s set next_plan = $3, next_plan_version = $4, next_at = m.at, next_by = $5
         from unnest($6::uuid[], $7::timestamptz[]) as m(org_id, at)
        where s.org_id = m.org_id and ${MOVING} returning 1)
     select count(*)::int as count from scheduled`,
    [product, plan, to, version, by, moves.map((move) => move.orgId), moves.map((move) => move.at)],
  );
  return row?.count ?? 0;
}

/** Carries out scheduled moves that are due. The paid interval continues without a gap: the next begins where one ended. */
export async function moveDue(tx: Tx, limit: number): Promise<number> {
  const row = await tx.one<{ count: number }>(
    `with due as (
       select org_id, product, plan, plan_version, next_by from subscriptions where next_at <= now()
        order by next_at limit $1 for update skip locked),
     moved as (
       update subscriptions s
          set plan = s.next_plan, plan_version = s.next_plan_version, ${UNSCHEDULED},
              started_at = case when s.plan = s.next_plan then s.started_at else s.next_at end
         from due where s.org_id = due.org_id and s.product = due.product
       returning s.org_id, s.product, due.plan as old_plan, due.plan_version as old_version, s.plan, s.plan_version,
                 due.next_by as by),
     ${RECORDED}
     select count(*)::int as count from moved`,
    [limit],
  );
  return row?.count ?? 0;
}
