import type { Organisation } from '@tidegate/contracts/identity/organisations';
import type { Tx } from '@tidegate/database/tx';

export interface OrganisationRow {
  org_id: string;
  name: string;
  demo: boolean;
  demo_until: Date | null;
  created_at: Date;
}

export const toWire = (row: OrganisationRow): Organisation => ({
  id: row.org_id,
  name: row.name,
  demo: row.demo,
  demoUntil: row.demo_until?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
});

export async function insertOrganisation(
  tx: Tx,
  { name, createdBy, demo }: { name: string; createdBy: string; demo: boolean },
): Promise<OrganisationRow> {
  const row = await tx.one<OrganisationRow>(
    'insert into organisations (org_id, name, created_by, demo) values ($1, $2, $3, $4) returning *',
    [tx.orgId, name, createdBy, demo],
  );
  return row as OrganisationRow;
}

export const findOrganisation = (tx: Tx): Promise<OrganisationRow | undefined> =>
  tx.one<OrganisationRow>('select * from organisations where org_id = $1', [tx.orgId]);

export const lockOrganisation = (tx: Tx): Promise<OrganisationRow | undefined> =>
  tx.one<OrganisationRow>('select * from organisations where org_id = $1 for update', [tx.orgId]);

export const renameOrganisation = (tx: Tx, name: string): Promise<OrganisationRow | undefined> =>
  tx.one<OrganisationRow>('update organisations set name = $2 where org_id = $1 returning *', [tx.orgId, name]);

/** One of each product, as `product.plan`. */
export async function setPlans(tx: Tx, plans: readonly string[]): Promise<void> {
  await tx.query('update organisations set plans = $2 where org_id = $1 and plans is distinct from $2', [
    tx.orgId,
    plans,
  ]);
}

export async function deleteOrganisation(tx: Tx): Promise<void> {
  await tx.query('delete from organisations where org_id = $1', [tx.orgId]);
}

/** Who created it, or its first owner. */
export async function findCreator(tx: Tx): Promise<string | undefined> {
  const row = await tx.one<{ user_id: string }>(
    `select coalesce(o.created_by, m.user_id) as user_id from organisations o join members m using (org_id)
      where o.org_id = $1 and m.role = 'owner' order by m.joined_at, m.user_id limit 1`,
    [tx.orgId],
  );
  return row?.user_id;
}

/** The one who has been it longest comes first. */
export const findOwners = (tx: Tx): Promise<{ id: string; email: string }[]> =>
  tx.query(
    `select u.id, u.email from members m join users u on u.id = m.user_id
      where m.org_id = $1 and m.role = 'owner' order by m.joined_at, m.user_id`,
    [tx.orgId],
  );

export interface Owned {
  all: number;
  free: number;
  /** Whether `orgId`, or else a new organisation, is one more that has nothing but free plans. */
  addsFree: boolean;
}

/**
 * How many organisations a person owns. Needs a transaction that runs as them. One is free when it has no plan but
 * free ones; one whose plans are not known yet is new, and begins on those.
 */
export async function countOwned(
  tx: Tx,
  userId: string,
  freePlans: readonly string[],
  orgId: string | undefined,
): Promise<Owned> {
  const isFree = '(o.plans is null or o.plans <@ $2::text[])';
  const row = await tx.one<Owned>(
    `select count(*)::int as all, count(*) filter (where ${isFree})::int as free,
            coalesce((select ${isFree} from organisations o where o.org_id = $3), true) as "addsFree"
       from organisations o join members m using (org_id) where m.user_id = $1 and m.role = 'owner'`,
    [userId, freePlans, orgId ?? null],
  );
  return row ?? { all: 0, free: 0, addsFree: true };
}
