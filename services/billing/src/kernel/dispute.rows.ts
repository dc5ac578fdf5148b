import type { Dispute, DisputeState } from '@tidegate/contracts/billing/disputes';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { isEnded, type Subscription } from './subscription.rules.ts';

export interface DisputeRow {
  org_id: string;
  id: string;
  charge_id: string;
  state: DisputeState;
  status: string;
  reason: string;
  currency: string;
  amount_minor: string;
  answer_by: Date | null;
  opened_at: Date;
  read_only: boolean;
  settled_at: Date | null;
  settled_reason: string;
}

/** As the payment provider has it; instants are seconds. */
export interface DisputeFound {
  id: string;
  chargeId: string;
  state: DisputeState;
  status: string;
  reason: string;
  currency: string;
  amountMinor: number;
  answerBy: number | null;
  openedAt: number;
}

/** Those that events named, and those that are not decided yet. Needs to see all. */
export async function disputesToFetch(tx: Tx, orgId: string, customerId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    `select object_id as id from stripe_events where customer_id = $2 and object_id ~ '^d[pu]_' and state = 'pending'
     union select id from disputes where org_id = $1 and state = 'open' order by 1`,
    [orgId, customerId],
  );
  return rows.map(({ id }) => id);
}

/** Answers it as it is now when something of it is new. What is restricted is decided once, when it is lost. */
export async function saveDispute(
  tx: Tx,
  one: DisputeFound,
  { lostIsReadOnly }: { lostIsReadOnly: boolean },
): Promise<DisputeRow | undefined> {
  return tx.one<DisputeRow>(
    `insert into disputes as d (org_id, id, charge_id, state, status, reason, currency, amount_minor, answer_by, opened_at,
            read_only)
     values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9::float8), to_timestamp($10::float8), $11 and $4 = 'lost')
     on conflict (org_id, id) do update
       set state = excluded.state, status = excluded.status, answer_by = excluded.answer_by,
           read_only = case when d.state = 'lost' then d.read_only else excluded.read_only end
     where (d.state, d.status) is distinct from (excluded.state, excluded.status)
     returning d.*`,
    [
      tx.orgId,
      one.id,
      one.chargeId,
      one.state,
      one.status,
      one.reason,
      one.currency,
      one.amountMinor,
      one.answerBy,
      one.openedAt,
      lostIsReadOnly,
    ],
  );
}

/**
 * Which of an organisation's subscriptions can only be read: those that the payment provider bills, while one lost is open.
 * What has ended is billed no more; whoever has the default plan then has it as everybody does.
 */
export async function disputedOf<One extends Pick<Subscription, 'provider' | 'status'>>(
  tx: Tx,
  orgId: string,
  subscriptions: readonly One[],
): Promise<(one: One) => boolean> {
  const isProviders = (one: One) => one.provider === 'stripe' && !isEnded(one);
  if (!subscriptions.some(isProviders)) return () => false;
  const row = await tx.one('select 1 from disputes where org_id = $1 and read_only and settled_at is null limit 1', [
    orgId,
  ]);
  return row ? isProviders : () => false;
}

/** Safe to repeat: the first reason stays. */
export async function settleDispute(
  tx: Tx,
  { orgId, id, by, reason }: { orgId: string; id: string; by: string; reason: string },
): Promise<{ row: DisputeRow | undefined; isNew: boolean }> {
  const settled = await tx.one<DisputeRow>(
    `update disputes set settled_at = clock_timestamp(), settled_by = $3, settled_reason = $4
      where org_id = $1 and id = $2 and settled_at is null returning *`,
    [orgId, id, by, reason],
  );
  if (settled) return { row: settled, isNew: true };
  const row = await tx.one<DisputeRow>('select * from disputes where org_id = $1 and id = $2', [orgId, id]);
  return { row, isNew: false };
}

/** The newest first: of one organisation, or of all, for whoever sees all. */
export const listDisputeRows = (
  tx: Tx,
  limit: number,
  { orgId, state }: { orgId?: string; state?: DisputeState | undefined },
  before: readonly [string, string] | undefined,
): Promise<(DisputeRow & { opened: string })[]> =>
  tx.query(
    `select *, ${cursorTime('opened_at')} as opened from disputes
      where ($5::uuid is null or org_id = $5) and ($2::text is null or state = $2) and ($3::timestamptz is null or (opened_at, id) < ($3, $4::text))
      order by opened_at desc, id desc limit $1`,
    [limit, state ?? null, before?.[0] ?? null, before?.[1] ?? null, orgId ?? null],
  );

export const disputeToWire = (row: DisputeRow): Dispute => ({
  id: row.id,
  organisationId: row.org_id,
  chargeId: row.charge_id,
  state: row.state,
  status: row.status,
  reason: row.reason,
  currency: row.currency,
  amountMinor: Number(row.amount_minor),
  answerBy: row.answer_by?.toISOString() ?? null,
  openedAt: row.opened_at.toISOString(),
  readOnly: row.read_only && row.settled_at === null,
  settledAt: row.settled_at?.toISOString() ?? null,
  settledReason: row.settled_reason,
});
