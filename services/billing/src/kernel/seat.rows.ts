import type { Tx } from '@tidegate/database/tx';

/** That an add-on follows the members of an organisation, or did. */
export interface SeatFollow {
  product: string;
  following: boolean;
  monthlyCapMinor: number;
  /** What was ordered at a payment provider for the next period; null: as it is. */
  loweredTo: number | null;
  stopped: string | null;
  /** When members are counted next, as it is stored: another mark is another text. */
  checkAt: string | null;
}

interface SeatFollowRow {
  product: string;
  following: boolean;
  monthly_cap_minor: string;
  lowered_to: number | null;
  stopped: string | null;
  check_at: string | null;
}

/** A provider takes so many changes of a subscription: twenty joiners are one. */
const APART = "interval '30 seconds'";

export async function findSeatFollows(tx: Tx, orgId: string): Promise<SeatFollow[]> {
  const rows = await tx.query<SeatFollowRow>(
    `select product, following, monthly_cap_minor, lowered_to, stopped, check_at::text from seat_follows
      where org_id = $1`,
    [orgId],
  );
  return rows.map((row) => ({
    product: row.product,
    following: row.following,
    monthlyCapMinor: Number(row.monthly_cap_minor),
    loweredTo: row.lowered_to,
    stopped: row.stopped,
    checkAt: row.check_at,
  }));
}

/** Switched on, off, or to another cap. The members are counted at once. */
export async function saveSeatFollow(
  tx: Tx,
  orgId: string,
  one: { product: string; following: boolean; monthlyCapMinor: number; by: string; stopped?: string },
): Promise<void> {
  await tx.query(
    `insert into seat_follows (org_id, product, following, monthly_cap_minor, changed_by, stopped, check_at)
     values ($1, $2, $3, $4, $5, $6, case when $3 then clock_timestamp() end)
     on conflict (org_id, product) do update
       set following = excluded.following, monthly_cap_minor = excluded.monthly_cap_minor, stopped = excluded.stopped,
           changed_by = excluded.changed_by, changed_at = clock_timestamp(), check_at = excluded.check_at`,
    [orgId, one.product, one.following, one.monthlyCapMinor, one.by, one.stopped ?? null],
  );
}

/** Members or what they may cost have changed. Answers whether anything follows them. */
export async function markSeats(tx: Tx, orgId: string): Promise<boolean> {
  const rows = await tx.query(
    `update seat_follows set check_at = greatest(clock_timestamp(), written_at + ${APART})
      where org_id = $1 and following returning product`,
    [orgId],
  );
  return rows.length > 0;
}

export interface DueSeats {
  orgId: string;
  product: string;
  /** As it was read: whoever marks it meanwhile is heard. */
  checkAt: string;
}

/** Needs a transaction that sees all organisations; `apart` are those that are left out. */
export async function findDueSeats(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: DueSeats[]; nextInMs: number | undefined }> {
  const due = await tx.query<{ org_id: string; product: string; check_at: string }>(
    `select org_id, product, check_at::text from seat_follows where check_at <= clock_timestamp()
        and org_id <> all ($2::uuid[])
      order by check_at limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(check_at) - clock_timestamp()) * 1000)::float8 as ms from seat_follows
      where check_at > clock_timestamp()`,
  );
  return {
    due: due.map((row) => ({ orgId: row.org_id, product: row.product, checkAt: row.check_at })),
    nextInMs: next?.ms ?? undefined,
  };
}

/**
 * `written`: the quantity was changed now. Whoever was marked since it was read is counted again, at once where nothing was
 * written.
 */
export async function seatsChecked(tx: Tx, { orgId, product, checkAt }: DueSeats, written: boolean): Promise<void> {
  await tx.query(
    `update seat_follows
        set written_at = case when $4 then clock_timestamp() else written_at end,
            check_at = case when check_at = $3::timestamptz then null
                            when $4 then clock_timestamp() + ${APART} else check_at end
      where org_id = $1 and product = $2`,
    [orgId, product, checkAt, written],
  );
}

export async function noteLowered(tx: Tx, orgId: string, product: string, loweredTo: number | null): Promise<void> {
  await tx.query('update seat_follows set lowered_to = $3 where org_id = $1 and product = $2', [
    orgId,
    product,
    loweredTo,
  ]);
}

/**
 * Something else is ordered there, which takes it back: members are counted again, in a while also when nobody lives to say
 * that it was ordered. Answers whether there was anything.
 */
export async function deleteLowered(tx: Tx, orgId: string, product: string): Promise<boolean> {
  const rows = await tx.query(
    `update seat_follows set lowered_to = null, check_at = clock_timestamp() + ${APART}
      where org_id = $1 and product = $2 and lowered_to is not null returning product`,
    [orgId, product],
  );
  return rows.length > 0;
}
