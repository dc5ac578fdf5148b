import type { Member } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import type { Tx } from '@tidegate/database/tx';

export interface MemberRow {
  user_id: string;
  email: string;
  name: string;
  role: Role;
  joined_at: Date;
}

export const toWire = (row: MemberRow): Member => ({
  userId: row.user_id,
  email: row.email,
  name: row.name,
  role: row.role,
  joinedAt: row.joined_at.toISOString(),
});

const SELECT = `select m.user_id, u.email, u.name, m.role, m.joined_at from members m join users u on u.id = m.user_id
  where m.org_id = $1`;

export const listMemberRows = (tx: Tx): Promise<MemberRow[]> =>
  tx.query<MemberRow>(`${SELECT} order by m.joined_at, m.user_id limit 1000`, [tx.orgId]);

/** Locked, so that what is decided about their role still holds when it is written. */
export const lockMember = (tx: Tx, userId: string): Promise<MemberRow | undefined> =>
  tx.one<MemberRow>(`${SELECT} and m.user_id = $2 for update of m`, [tx.orgId, userId]);

export async function isMember(tx: Tx, email: string): Promise<boolean> {
  const row = await tx.one(`${SELECT} and lower(u.email) = lower($2)`, [tx.orgId, email]);
  return row !== undefined;
}

/** Locks the owners, so that two who leave at once do not both count the other. */
export async function countOwners(tx: Tx): Promise<number> {
  const rows = await tx.query("select 1 from members where org_id = $1 and role = 'owner' for update", [tx.orgId]);
  return rows.length;
}

/** Members and open invitations are what takes seats; one for the same address is going to be replaced. */
export async function countSeats(tx: Tx, invited: string): Promise<number> {
  const row = await tx.one<{ seats: number }>(
    `select (select count(*) from members where org_id = $1)::int
          + (select count(*) from invitations where org_id = $1 and expires_at > now()
              and lower(email) <> lower($2))::int as seats`,
    [tx.orgId, invited],
  );
  return row?.seats ?? 0;
}
