import type { Tx } from '@tidegate/database/tx';

/** Rows that attackers can add, with each wrong log-in or requested mail: the newest stay. */
const MOST_COUNTED = 100_000;

export interface Expired {
  table: string;
  key: string;
  where: string;
}

const beyondNewest = (table: string, column: string): string =>
  `${column} <= (select ${column} from ${table} order by ${column} desc offset ${MOST_COUNTED} limit 1)`;

/* What is no longer needed, table by table. */
export const EXPIRED: readonly Expired[] = [
  // A day after they ended, by age or by revocation.
  { table: 'sessions', key: 'id', where: "least(expires_at, revoked_at) < now() - interval '1 day'" },
  { table: 'login_failures', key: 'subject', where: "last_at < now() - interval '1 day'" },
  { table: 'login_failures', key: 'subject', where: beyondNewest('login_failures', 'last_at') },
  { table: 'known_login_sources', key: 'user_id, subject', where: "last_at < now() - interval '90 days'" },
  { table: 'account_tokens', key: 'token_hash', where: 'expires_at < now()' },
  { table: 'registration_tokens', key: 'token_hash', where: 'expires_at < now()' },
  { table: 'account_events', key: 'user_id, id', where: "at < now() - interval '1 year'" },
  { table: 'account_mail_budgets', key: 'subject', where: "since < now() - interval '1 day'" },
  { table: 'account_mail_budgets', key: 'subject', where: beyondNewest('account_mail_budgets', 'since') },
  { table: 'api_keys', key: 'org_id, key_id', where: "expires_at < now() - interval '30 days'" },
  // Longer than usage knows them.
  { table: 'former_api_keys', key: 'org_id, key_id', where: "ended_at < now() - interval '800 days'" },
  { table: 'invitations', key: 'org_id, id', where: "expires_at < now() - interval '1 day'" },
];

export const expiredAudit = (days: number): Expired => ({
  table: 'audit_entries',
  key: 'org_id, id',
  where: `at < now() - interval '${days} days'`,
});

/** System purpose `retention`. Returns how many rows were deleted. */
export async function deleteExpired(tx: Tx, { table, key, where }: Expired, atMost: number): Promise<number> {
  const deleted = await tx.query(
    `delete from ${table} where (${key}) in (select ${key} from ${table} where ${where} limit $1 for update skip locked)
     returning 1`,
    [atMost],
  );
  return deleted.length;
}
