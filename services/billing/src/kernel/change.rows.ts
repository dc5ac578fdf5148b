import { newId } from '@tidegate/database/ids';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import type { Subscription } from './subscription.rules.ts';

export interface ChangeRow {
  id: string;
  product: string | null;
  action: string;
  changed_at: Date;
  /** For cursors. */
  changed: string;
  changed_by: string;
  reason: string;
  before: unknown;
  after: unknown;
}

export interface Change {
  orgId: string;
  /** null: of what no product owns. */
  product: string | null;
  action: string;
  by: string;
  reason: string;
  before?: unknown;
  after?: unknown;
}

/** Of each who changes something only the newest are stored: nobody pushes out what others did. */
const STORED_CHANGES = 1_000;

/** Who changed what, when and why. */
export async function recordChange(tx: Tx, change: Change): Promise<void> {
  await tx.query(
    `insert into subscription_changes (org_id, id, product, action, changed_at, changed_by, reason, before, after)
     values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7::jsonb, $8::jsonb)`,
    [
      change.orgId,
      newId(),
      change.product,
      change.action,
      change.by,
      change.reason,
      change.before === undefined ? null : JSON.stringify(change.before),
      change.after === undefined ? null : JSON.stringify(change.after),
    ],
  );
  await tx.query(
    `delete from subscription_changes where org_id = $1 and id in (
       select id from subscription_changes where org_id = $1 and changed_by = $2
        order by changed_at desc, id desc offset ${STORED_CHANGES})`,
    [change.orgId, change.by],
  );
}

/** Newest first; those before the given one. */
export const findChanges = (
  tx: Tx,
  orgId: string,
  limit: number,
  before: [string, string] | undefined,
): Promise<ChangeRow[]> =>
  tx.query<ChangeRow>(
    `select id, product, action, changed_at, ${cursorTime('changed_at')} as changed, changed_by, reason, before, after from subscription_changes
      where org_id = $1 and ($3::timestamptz is null or (changed_at, id) < ($3, $4::uuid))
      order by changed_at desc, id desc limit $2`,
    [orgId, limit, before?.[0] ?? null, before?.[1] ?? null],
  );

/** What a change says of a subscription. */
export const described = (one: Subscription) => ({
  plan: one.plan,
  planVersion: one.planVersion,
  status: one.status,
  interval: one.interval,
  provider: one.provider,
  ...(one.billingHeld && { billingHeld: true }),
  ...(one.ref !== null && { providerRef: one.ref }),
  ...(one.items.length > 0 && { addons: one.items.map(({ addon, quantity }) => ({ addon, quantity })) }),
  ...instants(one),
  ...(one.next && { next: { ...one.next, at: new Date(one.next.at).toISOString() } }),
});

function instants(one: Subscription) {
  const { trialEnd, cancelAt, pausedAt, pauseEndsAt, graceUntil, unpaidAt } = one;
  const named = { trialEnd, cancelAt, pausedAt, pauseEndsAt, graceUntil, unpaidAt };
  const known = Object.entries(named).filter((entry): entry is [string, number] => entry[1] !== null);
  return Object.fromEntries(known.map(([name, at]) => [name, new Date(at).toISOString()]));
}
