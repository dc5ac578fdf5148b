import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import type { Tx } from '@tidegate/database/tx';

/**
 * What the snapshots of this code are like. It is raised where every organisation's has to be computed again, whoever computed
 * it last: while a release is put in place, the one before still works. The index of the newest migration has it as well.
 */
export const FORM = 1;

export interface AnnouncedEntitlements {
  snapshot: Entitlements;
  /** By code of which form it was computed. */
  form: number;
  catalogueVersion: number;
  /** The instant at which the clock alone changes something. */
  nextChangeAt: number | null;
}

export async function findEntitlements(tx: Tx, orgId: string): Promise<AnnouncedEntitlements | undefined> {
  const row = await tx.one<{
    snapshot: Entitlements;
    form: number;
    catalogue_version: number;
    next_change_at: Date | null;
  }>('select snapshot, form, catalogue_version, next_change_at from entitlements where org_id = $1', [orgId]);
  return (
    row && {
      snapshot: row.snapshot,
      form: row.form,
      catalogueVersion: row.catalogue_version,
      nextChangeAt: row.next_change_at?.getTime() ?? null,
    }
  );
}

export async function saveEntitlements(
  tx: Tx,
  { snapshot, form, catalogueVersion, nextChangeAt }: AnnouncedEntitlements,
): Promise<void> {
  await tx.query(
    `insert into entitlements (org_id, version, snapshot, catalogue_version, next_change_at, form)
     values ($1, $2, $3::jsonb, $4, $5, $6)
     on conflict (org_id) do update
       set version = excluded.version, snapshot = excluded.snapshot, catalogue_version = excluded.catalogue_version,
           next_change_at = excluded.next_change_at, form = excluded.form`,
    [
      snapshot.orgId,
      snapshot.version,
      JSON.stringify(snapshot),
      catalogueVersion,
      nextChangeAt === null ? null : new Date(nextChangeAt),
      form,
    ],
  );
}

/**
 * Organisations whose snapshot was computed with an older catalogue or by older code, in order, after the given one. Needs a transaction
 * that sees all of them.
 */
export async function findOutdated(tx: Tx, after: string, limit: number): Promise<string[]> {
  const rows = await tx.query<{ org_id: string }>(
    `select org_id from entitlements
      where (catalogue_version < (select max(version) from catalogues) or form < ${FORM}) and org_id > $1
      order by org_id limit $2`,
    [after, limit],
  );
  return rows.map((row) => row.org_id);
}

/** Something has to be looked at by an instant: the loop that carries out what is due does, when it is woken. */
export const makeDue = (tx: Tx, orgId: string, at: number): Promise<unknown> =>
  tx.query('update entitlements set next_change_at = least(next_change_at, $2) where org_id = $1', [
    orgId,
    new Date(at),
  ]);

/** Organisations for which something is due, and when the next thing is, in milliseconds from now. Needs to see all. */
export async function findDue(
  tx: Tx,
  limit: number,
  apart: readonly string[],
): Promise<{ due: string[]; nextInMs: number | undefined }> {
  const due = await tx.query<{ org_id: string }>(
    `select org_id from entitlements where next_change_at <= clock_timestamp() and org_id <> all ($2::uuid[])
      order by next_change_at limit $1`,
    [limit, apart],
  );
  const next = await tx.one<{ ms: number | null }>(
    `select ceil(extract(epoch from min(next_change_at) - clock_timestamp()) * 1000)::float8 as ms from entitlements
      where next_change_at > clock_timestamp()`,
  );
  return { due: due.map((row) => row.org_id), nextInMs: next?.ms ?? undefined };
}
