import type { Domain } from '@tidegate/contracts/identity/domains';
import type { Tx } from '@tidegate/database/tx';
import { recordName, recordValue } from './domain.rules.ts';

export interface DomainRow {
  org_id: string;
  id: string;
  name: string;
  token: string;
  created_at: Date;
  proven_at: Date | null;
  missing_since: Date | null;
}

const COLUMNS = 'org_id, id, name, token, created_at, proven_at, missing_since';

export const toWire = (row: DomainRow, pointsTo: string): Domain => ({
  id: row.id,
  name: row.name,
  state: row.proven_at === null ? 'waiting' : row.missing_since === null ? 'proven' : 'missing',
  record: { name: recordName(row.name), type: 'TXT', value: recordValue(row.token) },
  pointsTo,
  createdAt: row.created_at.toISOString(),
  provenAt: row.proven_at?.toISOString() ?? null,
});

/** The one that there is, when the organisation has it already. */
export const insertDomain = (
  tx: Tx,
  domain: { id: string; name: string; token: string; createdBy: string },
): Promise<DomainRow | undefined> =>
  tx.one<DomainRow>(
    `insert into organisation_domains (org_id, id, name, token, created_by) values ($1, $2, $3, $4, $5)
     on conflict (org_id, name) do update set name = excluded.name returning ${COLUMNS}`,
    [tx.orgId, domain.id, domain.name, domain.token, domain.createdBy],
  );

export const listDomains = (tx: Tx): Promise<DomainRow[]> =>
  tx.query<DomainRow>(`select ${COLUMNS} from organisation_domains where org_id = $1 order by id`, [tx.orgId]);

export const findDomain = (tx: Tx, id: string): Promise<DomainRow | undefined> =>
  tx.one<DomainRow>(`select ${COLUMNS} from organisation_domains where org_id = $1 and id = $2`, [tx.orgId, id]);

/** False when there is none. */
export async function deleteDomain(tx: Tx, id: string): Promise<boolean> {
  const row = await tx.one('delete from organisation_domains where org_id = $1 and id = $2 returning id', [
    tx.orgId,
    id,
  ]);
  return row !== undefined;
}

/** Of these names the organisation has proved one. */
export async function hasProved(tx: Tx, names: readonly string[]): Promise<boolean> {
  const row = await tx.one(
    'select from organisation_domains where org_id = $1 and name = any($2) and proven_at is not null limit 1',
    [tx.orgId, names],
  );
  return row !== undefined;
}

/** One proof of a name at a time, over all organisations. */
export const lockName = (tx: Tx, name: string): Promise<unknown> =>
  tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`domain ${name}`]);

/** System purpose `domains`. */
export const findProven = (tx: Tx, name: string): Promise<DomainRow | undefined> =>
  tx.one<DomainRow>(`select ${COLUMNS} from organisation_domains where name = $1 and proven_at is not null`, [name]);

export const markProven = (tx: Tx, id: string): Promise<DomainRow | undefined> =>
  tx.one<DomainRow>(
    `update organisation_domains set proven_at = coalesce(proven_at, now()), missing_since = null, checked_at = now()
      where org_id = $1 and id = $2 returning ${COLUMNS}`,
    [tx.orgId, id],
  );

/** System purpose `domains`. */
export const markUnproven = (tx: Tx, { org_id, id }: Pick<DomainRow, 'org_id' | 'id'>): Promise<unknown> =>
  tx.query('update organisation_domains set proven_at = null, missing_since = null where org_id = $1 and id = $2', [
    org_id,
    id,
  ]);

/** System purpose `domains`: proven ones that nobody has checked for a day, oldest first. */
export const domainsToCheck = (tx: Tx, limit: number): Promise<DomainRow[]> =>
  tx.query<DomainRow>(
    `select ${COLUMNS} from organisation_domains
      where proven_at is not null and checked_at < now() - interval '1 day' order by checked_at limit $1`,
    [limit],
  );

/** System purpose `domains`: what was seen; unproven when its record has been missing for too long. */
export async function noteCheck(
  tx: Tx,
  { org_id, id }: DomainRow,
  { isThere, missingDays }: { isThere: boolean; missingDays: number },
): Promise<'proven' | 'missing' | 'unproven' | undefined> {
  const row = await tx.one<{ is: 'proven' | 'missing' | 'unproven' }>(
    `update organisation_domains set checked_at = now(),
            proven_at = case when $3 or missing_since is null or missing_since > now() - make_interval(days => $4)
              then proven_at end,
            missing_since = case when $3 then null else coalesce(missing_since, now()) end
      where org_id = $1 and id = $2 and proven_at is not null
     returning case when proven_at is null then 'unproven' when missing_since is null then 'proven' else 'missing' end as is`,
    [org_id, id, isThere, missingDays],
  );
  return row?.is;
}

/** System purpose `domains`: its name servers did not answer; it is checked again in an hour. */
export const checkLater = (tx: Tx, { org_id, id }: DomainRow): Promise<unknown> =>
  tx.query(`update organisation_domains set checked_at = now() - interval '23 hours' where org_id = $1 and id = $2`, [
    org_id,
    id,
  ]);
