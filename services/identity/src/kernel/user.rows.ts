import type { Role } from '@tidegate/contracts/identity/roles';
import type { User } from '@tidegate/contracts/identity/sessions';
import type { Tx } from '@tidegate/database/tx';
import { asCursor } from '../as-cursor.ts';

export interface UserRow {
  id: string;
  email: string;
  name: string;
  password_hash: string;
  is_operator: boolean;
  email_verified_at: Date | null;
  created_at: Date;
}

export const toWire = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  emailVerified: row.email_verified_at !== null,
  name: row.name,
  isOperator: row.is_operator,
  createdAt: row.created_at.toISOString(),
});

/** Undefined when the e-mail address is taken. */
export function insertUser(
  tx: Tx,
  user: { id: string; email: string; name: string; passwordHash: string; isOperator: boolean; verified: boolean },
): Promise<UserRow | undefined> {
  return tx.one<UserRow>(
    `insert into users (id, email, name, password_hash, is_operator, email_verified_at)
     values ($1, $2, $3, $4, $5, case when $6 then now() end)
     on conflict (lower(email)) do nothing returning *`,
    [user.id, user.email, user.name, user.passwordHash, user.isOperator, user.verified],
  );
}

export const findUser = (tx: Tx, id: string): Promise<UserRow | undefined> =>
  tx.one<UserRow>('select * from users where id = $1', [id]);

/** Whether the password is still the one that was judged; it stays so until the transaction ends. */
export const stillHasPassword = async (tx: Tx, { id, password_hash }: UserRow): Promise<boolean> =>
  (await tx.one('select 1 from users where id = $1 and password_hash = $2 for share', [id, password_hash])) !==
  undefined;

/** Nobody else changes the account meanwhile. */
export const lockUser = (tx: Tx, id: string): Promise<UserRow | undefined> =>
  tx.one<UserRow>('select * from users where id = $1 for no key update', [id]);

export const findUserByEmail = (tx: Tx, email: string): Promise<UserRow | undefined> =>
  tx.one<UserRow>('select * from users where lower(email) = lower($1)', [email]);

export interface Membership {
  org_id: string;
  name: string;
  role: Role;
  version: string;
  /** When they joined, as a cursor. */
  joined: string;
}

const MEMBERSHIPS = `select m.org_id, o.name, m.role, m.version, ${asCursor('m.joined_at')} as joined
  from members m join organisations o using (org_id) where m.user_id = $1`;

/** Needs a transaction that runs as this user. The organisation they joined first comes first. */
export const membershipsOf = (
  tx: Tx,
  userId: string,
  limit: number,
  [joined, orgId]: readonly string[] = [],
): Promise<Membership[]> =>
  tx.query<Membership>(
    `${MEMBERSHIPS} and ($3::timestamptz is null or (m.joined_at, m.org_id) > ($3, $4::uuid))
      order by m.joined_at, m.org_id limit $2`,
    [userId, limit, joined ?? null, orgId ?? null],
  );

/** Undefined for an organisation that is not theirs. */
export const membershipIn = (tx: Tx, userId: string, orgId: string): Promise<Membership | undefined> =>
  tx.one<Membership>(`${MEMBERSHIPS} and m.org_id = $2`, [userId, orgId]);
