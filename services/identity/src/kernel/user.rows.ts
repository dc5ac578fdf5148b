import type { Profile } from '@tidegate/contracts/identity/profile';
import type { User } from '@tidegate/contracts/identity/sessions';
import type { Locale } from '@tidegate/contracts/kernel/locale';
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
  locale: Locale | null;
  time_zone: string | null;
  theme: Profile['theme'];
}

export const toWire = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  emailVerified: row.email_verified_at !== null,
  name: row.name,
  isOperator: row.is_operator,
  createdAt: row.created_at.toISOString(),
});

export const toProfile = (row: UserRow): Profile => ({
  ...toWire(row),
  locale: row.locale,
  timeZone: row.time_zone,
  theme: row.theme,
});

/** Undefined when the address is taken. */
export function insertUser(
  tx: Tx,
  user: {
    id: string;
    email: string;
    name: string;
    passwordHash: string;
    isOperator: boolean;
    verified: boolean;
    locale?: Locale;
  },
): Promise<UserRow | undefined> {
  return tx.one<UserRow>(
    `insert into users (id, email, name, password_hash, is_operator, email_verified_at, locale)
     values ($1, $2, $3, $4, $5, case when $6 then now() end, $7)
     on conflict (lower(email)) do nothing returning *`,
    [user.id, user.email, user.name, user.passwordHash, user.isOperator, user.verified, user.locale ?? null],
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

export type ProfileChange = Partial<Pick<UserRow, 'name' | 'locale' | 'time_zone' | 'theme'>>;

/** What is undefined stays. */
export const updateProfile = (tx: Tx, id: string, change: ProfileChange): Promise<UserRow | undefined> =>
  tx.one<UserRow>(
    `update users set name = coalesce($2, name),
       locale = case when $3 then $4 else locale end,
       time_zone = case when $5 then $6 else time_zone end,
       theme = case when $7 then $8 else theme end
      where id = $1 returning *`,
    [
      id,
      change.name ?? null,
      change.locale !== undefined,
      change.locale ?? null,
      change.time_zone !== undefined,
      change.time_zone ?? null,
      change.theme !== undefined,
      change.theme ?? null,
    ],
  );

/** Another address; `proven`: by a mail that was sent to it. False when it is taken. */
export const setEmail = async (tx: Tx, id: string, email: string, { proven }: { proven: boolean }): Promise<boolean> =>
  (await tx.one(
    `update users set email = $2, email_verified_at = case when $3 then now() end
      where id = $1 and not exists (select 1 from users where lower(email) = lower($2) and id <> $1) returning id`,
    [id, email, proven],
  )) !== undefined;

/** Sessions, tokens, mails, events and memberships go with it. */
export async function deleteUser(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from users where id = $1', [id]);
}

export const listOperators = (tx: Tx): Promise<{ id: string }[]> =>
  tx.query('select id from users where is_operator order by id');

export const isOnlyOperator = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('select 1 from users where is_operator and id <> $1 limit 1', [id])) === undefined;

/** To the hour: colleagues see whether somebody is still there, not when they come and go. */
export async function noteActive(tx: Tx, id: string): Promise<void> {
  await tx.send(
    `update users set last_active_at = date_trunc('hour', now())
      where id = $1 and (last_active_at is null or last_active_at < date_trunc('hour', now()))`,
    [id],
  );
}
