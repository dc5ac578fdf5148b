import type { User } from '@tidegate/contracts/identity/sessions';
import type { Tx } from '@tidegate/database/tx';
import { normalAddress } from './address.rules.ts';

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

/** Undefined when the address is taken. */
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

export const findUserByEmail = (tx: Tx, email: string): Promise<UserRow | undefined> =>
  tx.one<UserRow>('select * from users where lower(email) = $1', [normalAddress(email)]);

export const isAnybodyThere = async (tx: Tx): Promise<boolean> =>
  (await tx.one('select 1 from users limit 1')) !== undefined;

/** Nobody else changes the account until the transaction ends. */
export const lockUser = (tx: Tx, id: string): Promise<UserRow | undefined> =>
  tx.one<UserRow>('select * from users where id = $1 for no key update', [id]);

/** Whether the password is still the one that was checked; the row stays locked until the transaction ends. */
export const stillHasPassword = async (tx: Tx, { id, password_hash }: UserRow): Promise<boolean> =>
  (await tx.one('select 1 from users where id = $1 and password_hash = $2 for share', [id, password_hash])) !==
  undefined;

export async function setPasswordHash(tx: Tx, id: string, passwordHash: string): Promise<void> {
  await tx.query('update users set password_hash = $2 where id = $1', [id, passwordHash]);
}

/** Only the first time counts. */
export async function setEmailVerified(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.query('update users set email_verified_at = coalesce(email_verified_at, $2) where id = $1', [id, at]);
}
