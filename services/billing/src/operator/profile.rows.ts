import type { Tx } from '@tidegate/database/tx';

/* Names and owners as identity knows them. `marks` above zero: identity has to be asked. */

/** Something about the organisation has changed, or it came. */
export async function markProfile(
  tx: Tx,
  orgId: string,
  known: { name?: string; ownerId?: string; at: string },
): Promise<void> {
  await tx.query(
    `insert into organisation_profiles as p (org_id, name, created_at, owner_ids)
     values ($1, coalesce($2, ''), $3, case when $4::uuid is not null then array[$4::uuid] end)
     on conflict (org_id) do update set marks = p.marks + 1, name = coalesce($2, p.name),
       owner_ids = coalesce(p.owner_ids, excluded.owner_ids)`,
    [orgId, known.name ?? null, known.at, known.ownerId ?? null],
  );
}

/** Needs a transaction that sees all of them. */
export async function namesOf(tx: Tx, orgIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ org_id: string; name: string }>(
    'select org_id, name from organisation_profiles where org_id = any($1::uuid[])',
    [orgIds],
  );
  return new Map(rows.map(({ org_id, name }) => [org_id, name]));
}

export interface MarkedProfile {
  org_id: string;
  marks: number;
}

/** In one order, so that those which fail do not hold up those behind them. Needs a transaction that sees all of them. */
export const findMarked = (tx: Tx, after: string, limit: number): Promise<MarkedProfile[]> =>
  tx.query<MarkedProfile>(
    'select org_id, marks from organisation_profiles where marks > 0 and org_id > $1 order by org_id limit $2',
    [after, limit],
  );

export interface Described {
  id: string;
  name: string;
  ownerEmail: string | null;
  ownerIds: string[];
  createdAt: string;
}

/**
 * What identity answered. A mark that came meanwhile stays. Trials from before owners were known here are theirs, once they
 * are.
 */
export async function saveProfile(
  tx: Tx,
  { org_id, marks }: MarkedProfile,
  known: Described | undefined,
): Promise<void> {
  await tx.query(
    `with claimed as (
       insert into trial_claims (key, product)
       select distinct encode(sha256(convert_to('user:' || owner, 'UTF8')), 'hex'), t.product
         from organisation_profiles p
         join trials t on t.org_id = p.org_id
        cross join unnest($6::uuid[]) as owner
        where p.org_id = $1 and p.owner_ids is null
       on conflict do nothing)
     update organisation_profiles
        set marks = greatest(marks - $2, 0), name = coalesce($3, name), owner_email = $4,
            created_at = coalesce($5, created_at), owner_ids = coalesce($6, owner_ids)
      where org_id = $1`,
    [org_id, marks, known?.name ?? null, known?.ownerEmail ?? null, known?.createdAt ?? null, known?.ownerIds ?? null],
  );
}
