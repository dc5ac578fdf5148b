import type { TopUp } from '@tidegate/contracts/billing/top-ups';
import { isHere } from '@tidegate/database/move/moving-organisations';
import type { Tx } from '@tidegate/database/tx';

export interface TopUpRow {
  org_id: string;
  feature: string;
  package: string;
  threshold: string;
  monthly_cap_minor: string;
  enabled: boolean;
  stopped: TopUp['stopped'];
  /** Whether somebody was notified in this month that the cap is reached. */
  capped: boolean;
  holder: string;
  marks: string;
}

const MONTH = "date_trunc('month', clock_timestamp(), 'UTC')";
const COLUMNS = `org_id, feature, package, threshold, monthly_cap_minor, enabled, stopped, holder, marks,
                 coalesce(capped_in = ${MONTH}::date, false) as capped`;

export const findTopUps = (tx: Tx, orgId: string): Promise<TopUpRow[]> =>
  tx.query<TopUpRow>(`select ${COLUMNS} from top_ups where org_id = $1 order by feature`, [orgId]);

export const lockTopUp = (tx: Tx, orgId: string, feature: string): Promise<TopUpRow | undefined> =>
  tx.one<TopUpRow>(`select ${COLUMNS} from top_ups where org_id = $1 and feature = $2 for update`, [orgId, feature]);

/** Switched on, off, or changed. It is looked at at once. */
export const saveTopUp = (
  tx: Tx,
  orgId: string,
  one: Pick<TopUpRow, 'feature' | 'package' | 'enabled'> & {
    threshold: number;
    monthlyCapMinor: number;
    by: string;
    stopped?: TopUp['stopped'];
  },
): Promise<unknown> =>
  tx.query(
    `insert into top_ups (org_id, feature, package, threshold, monthly_cap_minor, enabled, stopped, changed_by, check_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, clock_timestamp())
     on conflict (org_id, feature) do update
       set package = excluded.package, threshold = excluded.threshold, monthly_cap_minor = excluded.monthly_cap_minor,
           enabled = excluded.enabled, stopped = excluded.stopped, changed_by = excluded.changed_by,
           changed_at = clock_timestamp(), check_at = clock_timestamp(), marks = top_ups.marks + 1, capped_in = null`,
    [orgId, one.feature, one.package, one.threshold, one.monthlyCapMinor, one.enabled, one.stopped ?? null, one.by],
  );

/** Units may have run low. Answers whether anybody wants more of them. */
export async function markTopUp(tx: Tx, orgId: string, feature: string): Promise<boolean> {
  const rows = await tx.query(
    `update top_ups set check_at = clock_timestamp(), marks = marks + 1
      where org_id = $1 and feature = $2 and enabled returning 1`,
    [orgId, feature],
  );
  return rows.length > 0;
}

export const noteCapped = (tx: Tx, { org_id, feature }: TopUpRow): Promise<unknown> =>
  tx.query(`update top_ups set capped_in = ${MONTH}::date where org_id = $1 and feature = $2`, [org_id, feature]);

/** An organisation that moves buys where it arrives. */
const HERE = isHere('top_ups.org_id');

/** Held for so long by whoever takes it, or it is taken again. */
const HELD = "interval '2 minutes'";

/** Those that are due, but for organisations that wait apart. Needs a transaction that sees all. */
export const takeDueTopUps = (tx: Tx, limit: number, apart: readonly string[]): Promise<TopUpRow[]> =>
  tx.query<TopUpRow>(
    `update top_ups set check_at = clock_timestamp() + ${HELD}, holder = holder + 1
      where (org_id, feature) in (
        select org_id, feature from top_ups where check_at <= clock_timestamp() and org_id <> all ($2::uuid[])
           and ${HERE}
         order by check_at limit $1 for update skip locked)
      returning ${COLUMNS}`,
    [limit, apart],
  );

/** When the next is due, in milliseconds from now. */
export async function nextTopUp(tx: Tx): Promise<number | undefined> {
  const row = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(check_at) - clock_timestamp()) * 1000)::float8 as ms from top_ups
      where check_at is not null and ${HERE}`,
  );
  return row?.ms ?? undefined;
}

/** It was looked at, unless it was marked meanwhile: then it is again. Null: when something happens. */
export const releaseTopUp = (tx: Tx, { org_id, feature, holder, marks }: TopUpRow, inSeconds: number | null) =>
  tx.query(
    `update top_ups set check_at = case when marks <> $4 then clock_timestamp()
                                        else clock_timestamp() + $5::float8 * interval '1 second' end
      where org_id = $1 and feature = $2 and holder = $3`,
    [org_id, feature, holder, marks, inSeconds],
  );

export interface TopUpOrder {
  id: string;
  feature: string;
  package: string;
  name: string;
  amount: string;
  expires_days: number | null;
  quantity: number;
  currency: string;
  total_minor: string;
}

const ORDER = 'id, feature, package, name, amount, expires_days, quantity, currency, total_minor';

export const findOpenOrder = (tx: Tx, orgId: string, feature: string): Promise<TopUpOrder | undefined> =>
  tx.one<TopUpOrder>(`select ${ORDER} from top_up_orders where org_id = $1 and feature = $2 and state = 'open'`, [
    orgId,
    feature,
  ]);

/** Whether one was settled since then: what was known of what is left may be from before it. */
export const settledSince = async (tx: Tx, orgId: string, feature: string, since: Date): Promise<boolean> =>
  (await tx.one('select 1 from top_up_orders where org_id = $1 and feature = $2 and settled_at >= $3', [
    orgId,
    feature,
    since,
  ])) !== undefined;

export const insertTopUpOrder = (
  tx: Tx,
  orgId: string,
  order: Omit<TopUpOrder, 'amount' | 'total_minor'> & { amount: number; totalMinor: number },
): Promise<unknown> =>
  tx.query(
    `insert into top_up_orders (org_id, id, feature, package, name, amount, expires_days, quantity, currency, total_minor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      orgId,
      order.id,
      order.feature,
      order.package,
      order.name,
      order.amount,
      order.expires_days,
      order.quantity,
      order.currency,
      order.totalMinor,
    ],
  );

/** Once: false when somebody else has settled it. */
export async function settleOrder(
  tx: Tx,
  orgId: string,
  id: string,
  { state, ref }: { state: 'granted' | 'declined'; ref: string },
): Promise<boolean> {
  const row = await tx.one(
    `update top_up_orders set state = $3, invoice_ref = $4, settled_at = clock_timestamp()
      where org_id = $1 and id = $2 and state = 'open' returning 1`,
    [orgId, id, state, ref],
  );
  return row !== undefined;
}

/** What was spent in this month, and is being spent, by feature. */
export async function findSpent(tx: Tx, orgId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.query<{ feature: string; spent: string }>(
    `select feature, sum(total_minor) as spent from top_up_orders
      where org_id = $1 and state <> 'declined' and ordered_at >= ${MONTH} group by feature`,
    [orgId],
  );
  return new Map(rows.map(({ feature, spent }) => [feature, Number(spent)]));
}

/** Units of a feature that were given in the last day and can be used: usage may not have received them yet. */
export const findRecentCredits = (tx: Tx, orgId: string, feature: string): Promise<{ id: string; amount: string }[]> =>
  tx.query(
    `select id, amount from credits where org_id = $1 and feature = $2 and given_at > now() - interval '1 day'
        and from_at <= clock_timestamp() and coalesce(until_at, 'infinity') > clock_timestamp()`,
    [orgId, feature],
  );

export const databaseNow = async (tx: Tx): Promise<Date> =>
  ((await tx.one<{ at: Date }>('select clock_timestamp() as at')) as { at: Date }).at;
