import type { Grant as WireGrant } from '@tidegate/contracts/billing/grants';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface GrantRow {
  id: string;
  feature: string;
  op: 'set' | 'add' | 'max';
  value: WireGrant['value'];
  from_at: Date;
  until_at: Date | null;
  source: WireGrant['source'];
  given_by: string;
  reason: string;
  given_at: Date;
  /** Whose code gave it. */
  coupon?: string | null;
}

const COLUMNS = 'id, feature, op, value, from_at, until_at, source, given_by, reason, given_at';
/** Those that are in force, or will be. */
export const findGrants = (tx: Tx, orgId: string): Promise<GrantRow[]> =>
  tx.query<GrantRow>(
    `select ${COLUMNS} from grants where org_id = $1 and (until_at is null or until_at > clock_timestamp() - interval '1 hour')
      order by from_at, id`,
    [orgId],
  );

/** Newest first, with those that have ended. `given`: for cursors. */
export const listGrantRows = (
  tx: Tx,
  orgId: string,
  limit: number,
  before: [string, string] | undefined,
): Promise<(GrantRow & { given: string })[]> =>
  tx.query(
    `select ${COLUMNS}, ${cursorTime('given_at')} as given from grants
      where org_id = $1 and ($3::timestamptz is null or (given_at, id) < ($3, $4::uuid))
      order by given_at desc, id desc limit $2`,
    [orgId, limit, before?.[0] ?? null, before?.[1] ?? null],
  );

export async function insertGrant(tx: Tx, orgId: string, grant: Omit<GrantRow, 'given_at'>): Promise<GrantRow> {
  const row = await tx.one<GrantRow>(
    `insert into grants (org_id, id, feature, op, value, from_at, until_at, source, given_by, reason, coupon)
     values ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, $9, $10, $11) returning ${COLUMNS}`,
    [
      orgId,
      grant.id,
      grant.feature,
      grant.op,
      JSON.stringify(grant.value),
      grant.from_at,
      grant.until_at,
      grant.source,
      grant.given_by,
      grant.reason,
      grant.coupon ?? null,
    ],
  );
  return row as GrantRow;
}

export const removeGrant = (tx: Tx, orgId: string, id: string): Promise<GrantRow | undefined> =>
  tx.one<GrantRow>(`delete from grants where org_id = $1 and id = $2 returning ${COLUMNS}`, [orgId, id]);

/** Takes back what a coupon gave; false when nothing was left of it. */
export async function endGrantsOf(tx: Tx, orgId: string, coupon: string): Promise<boolean> {
  const gone = await tx.query('delete from grants where org_id = $1 and coupon = $2 returning id', [orgId, coupon]);
  return gone.length > 0;
}

export const grantToWire = (row: GrantRow): WireGrant => ({
  id: row.id,
  feature: row.feature,
  op: row.op,
  value: row.value,
  from: row.from_at.toISOString(),
  until: row.until_at?.toISOString() ?? null,
  source: row.source,
  by: row.given_by,
  reason: row.reason,
  givenAt: row.given_at.toISOString(),
});
