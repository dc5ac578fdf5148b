import type { Tx } from '@tidegate/database/tx';

export interface PauseRow {
  product: string;
  started_at: Date;
  ends_at: Date;
  /** null while nobody has resumed it. */
  ended_at: Date | null;
}

/** Those that customers have ordered, of the last 400 days. */
export const findPauses = (tx: Tx, orgId: string, product: string): Promise<PauseRow[]> =>
  tx.query<PauseRow>(
    `select product, started_at, ends_at, ended_at from pauses
      where org_id = $1 and product = $2 and started_at > clock_timestamp() - interval '400 days' order by started_at`,
    [orgId, product],
  );

/** Older ones count for nothing any more. */
export async function savePause(
  tx: Tx,
  orgId: string,
  { product, started_at, ends_at }: Omit<PauseRow, 'ended_at'>,
): Promise<void> {
  await tx.query(
    `delete from pauses where org_id = $1 and product = $2 and ended_at is not null
        and started_at < clock_timestamp() - interval '400 days'`,
    [orgId, product],
  );
  await tx.query('insert into pauses (org_id, product, started_at, ends_at) values ($1, $2, $3, $4)', [
    orgId,
    product,
    started_at,
    ends_at,
  ]);
}

export const dropPause = (tx: Tx, orgId: string, { product, started_at }: PauseRow): Promise<unknown> =>
  tx.query('delete from pauses where org_id = $1 and product = $2 and started_at = $3', [orgId, product, started_at]);

export const endPauses = (tx: Tx, orgId: string, product: string): Promise<unknown> =>
  tx.query('update pauses set ended_at = clock_timestamp() where org_id = $1 and product = $2 and ended_at is null', [
    orgId,
    product,
  ]);

export interface DuePause {
  orgId: string;
  product: string;
}

/** Pauses whose time is over, and when the next is, in milliseconds from now. Needs to see all organisations. */
export async function findDuePauses(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: DuePause[]; nextInMs: number | undefined }> {
  const due = await tx.query<DuePause>(
    `select org_id as "orgId", product from pauses where ended_at is null and ends_at <= clock_timestamp()
        and org_id <> all ($2::uuid[])
      order by ends_at, org_id limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(ends_at) - clock_timestamp()) * 1000)::float8 as ms from pauses
      where ended_at is null and ends_at > clock_timestamp()`,
  );
  return { due, nextInMs: next?.ms ?? undefined };
}
