import type { Tx } from '@tidegate/database/tx';

export interface CorrectedEvent {
  meter: string;
  quantity: string;
  at: Date;
  source: string;
  id: string;
  labels: string[] | null;
  api_key: string | null;
}

/** Which of these identities was counted, and on which day. */
export const findIdentity = (
  tx: Tx,
  orgId: string,
  keys: readonly string[],
): Promise<{ key: string; seen: string; at: Date | null } | undefined> =>
  tx.one(
    `select replace(key::text, '-', '') as key, seen::text as seen, at from usage_identities
      where org_id = $1 and key = any($2::uuid[]) order by array_position($2::uuid[], key) limit 1`,
    [orgId, keys],
  );

/** Other corrections of the event wait until the transaction ends. */
export const lockIdentity = (tx: Tx, orgId: string, key: string): Promise<unknown> =>
  tx.query('select 1 from usage_identities where org_id = $1 and key = $2::uuid for update', [orgId, key]);

/**
 * Events have no index by identity, which every event would pay for. Their identity knows when they happened, and by that
 * instant a few pages of one day are read. Identities from before know only the day on which they were counted: the day
 * before it and after it are looked through first, and then all that may be late.
 */
export async function findEvent(
  tx: Tx,
  orgId: string,
  { source, id, seen, at }: { source: string; id: string; seen: string; at: Date | null },
): Promise<CorrectedEvent | undefined> {
  if (at) {
    return tx.one<CorrectedEvent>(
      `select meter, quantity, at, source, id, labels, api_key from usage_events
        where org_id = $1 and source = $2 and id = $3 and at = $4 limit 1`,
      [orgId, source, id, at],
    );
  }
  for (const days of [1, 40]) {
    const row = await tx.one<CorrectedEvent>(
      `select meter, quantity, at, source, id, labels, api_key from usage_events
        where org_id = $1 and source = $2 and id = $3
          and at >= $4::date - $5::int and at < $4::date + 3 limit 1`,
      [orgId, source, id, seen, days],
    );
    if (row) return row;
  }
  return undefined;
}

export const findLast = (
  tx: Tx,
  orgId: string,
  key: string,
): Promise<{ number: number; action: 'void' | 'amend'; quantity: string } | undefined> =>
  tx.one(
    `select number, action, quantity from usage_corrections
      where org_id = $1 and key = $2::uuid order by number desc limit 1`,
    [orgId, key],
  );

export async function insertCorrection(
  tx: Tx,
  orgId: string,
  one: {
    key: string;
    number: number;
    source: string;
    id: string;
    action: 'void' | 'amend';
    quantity: number;
    reason: string;
    by: string;
  },
): Promise<void> {
  await tx.query(
    `insert into usage_corrections (org_id, key, number, source, id, action, quantity, reason, corrected_by)
     values ($1, $2::uuid, $3, $4, $5, $6, $7, $8, $9)`,
    [orgId, one.key, one.number, one.source, one.id, one.action, one.quantity, one.reason, one.by],
  );
}

/** They are kept as long as the events that they explain. */
export async function expireCorrections(tx: Tx, days: number): Promise<void> {
  await tx.query("delete from usage_corrections where corrected_at < now() - $1::int * interval '1 day'", [days]);
}
