import type { Credit } from '@tidegate/contracts/billing/credits';
import { cursorTime } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';

export interface CreditRow {
  id: string;
  feature: string;
  name: string;
  amount: string;
  from_at: Date;
  until_at: Date | null;
  source: Credit['source'];
  package: string | null;
  priority: number;
  paid_minor: string | null;
  given_by: string;
  reason: string;
  given_at: Date;
}

export interface NewCredit {
  id: string;
  reference: string;
  feature: string;
  name: string;
  amount: number;
  from: Date;
  until: Date | null;
  source: Credit['source'];
  package: string | null;
  priority: number;
  /** null: nothing was paid for them. */
  paid: { currency: string; amountMinor: bigint } | null;
  by: string;
  reason: string;
}

const COLUMNS =
  'id, feature, name, amount, from_at, until_at, source, package, priority, paid_minor, given_by, reason, given_at';

/** Undefined when the reference has been given before. */
export const insertCredit = (tx: Tx, orgId: string, credit: NewCredit): Promise<CreditRow | undefined> =>
  tx.one<CreditRow>(
    `insert into credits (org_id, id, reference, feature, name, amount, from_at, until_at, source, package, priority,
                          currency, paid_minor, given_by, reason)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     on conflict do nothing returning ${COLUMNS}`,
    [
      orgId,
      credit.id,
      credit.reference,
      credit.feature,
      credit.name,
      credit.amount,
      credit.from,
      credit.until,
      credit.source,
      credit.package,
      credit.priority,
      credit.paid?.currency ?? null,
      credit.paid?.amountMinor ?? null,
      credit.by,
      credit.reason,
    ],
  );

export const findCredit = (tx: Tx, orgId: string, id: string): Promise<CreditRow | undefined> =>
  tx.one<CreditRow>(`select ${COLUMNS} from credits where org_id = $1 and id = $2`, [orgId, id]);

/** What can still be used ends now; undefined when it is over already. */
export const endCreditRow = (tx: Tx, orgId: string, id: string): Promise<CreditRow | undefined> =>
  tx.one<CreditRow>(
    `update credits set until_at = date_trunc('milliseconds', clock_timestamp())
      where org_id = $1 and id = $2 and (until_at is null or until_at > clock_timestamp()) returning ${COLUMNS}`,
    [orgId, id],
  );

/** In the order in which they are drawn; of those that have expired the newest thousand. */
export const findCredits = (tx: Tx, orgId: string): Promise<CreditRow[]> =>
  tx.query<CreditRow>(
    `select ${COLUMNS} from (
       select *, coalesce(until_at, 'infinity') > now() as lives,
              row_number() over (partition by coalesce(until_at, 'infinity') > now() order by given_at desc) as n
         from credits where org_id = $1) as c
      where lives or n <= 1000
      order by feature, priority, until_at nulls last, paid_minor is not null, given_at, id`,
    [orgId],
  );

/** Newest first. `given`: for cursors. */
export const listCreditRows = (
  tx: Tx,
  orgId: string,
  limit: number,
  before: [string, string] | undefined,
): Promise<(CreditRow & { given: string })[]> =>
  tx.query(
    `select ${COLUMNS}, ${cursorTime('given_at')} as given from credits
      where org_id = $1 and ($3::timestamptz is null or (given_at, id) < ($3, $4::uuid))
      order by given_at desc, id desc limit $2`,
    [orgId, limit, before?.[0] ?? null, before?.[1] ?? null],
  );

export const creditToWire = (row: CreditRow): Credit => ({
  id: row.id,
  feature: row.feature,
  name: row.name,
  amount: Number(row.amount),
  from: row.from_at.toISOString(),
  until: row.until_at?.toISOString() ?? null,
  source: row.source,
  package: row.package,
  priority: row.priority,
  by: row.given_by,
  reason: row.reason,
  givenAt: row.given_at.toISOString(),
});
