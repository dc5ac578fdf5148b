import type { Tx } from '@tidegate/database/tx';

export type TokenPurpose = 'verify-email' | 'reset-password';

/** Of one person and one purpose; the oldest are deleted when more are requested. */
const MOST_TOKENS = 100;

export async function insertToken(
  tx: Tx,
  token: { tokenHash: string; userId: string; purpose: TokenPurpose; minutes: number },
): Promise<void> {
  const { tokenHash, userId, purpose, minutes } = token;
  await tx.query(
    `insert into account_tokens (token_hash, user_id, purpose, expires_at)
     values ($1, $2, $3, now() + make_interval(mins => $4))`,
    [tokenHash, userId, purpose, minutes],
  );
  await tx.query(
    `delete from account_tokens where token_hash in (
       select token_hash from account_tokens where user_id = $1 and purpose = $2
        order by expires_at desc offset $3)`,
    [userId, purpose, MOST_TOKENS],
  );
}

const VALID = 'token_hash = $1 and purpose = $2 and expires_at > now()';

/** Whose it is; undefined when it is not valid. */
export const findToken = (tx: Tx, tokenHash: string, purpose: TokenPurpose): Promise<{ user_id: string } | undefined> =>
  tx.one(`select user_id from account_tokens where ${VALID}`, [tokenHash, purpose]);

/** The same, once only: it is deleted. */
export const useToken = (tx: Tx, tokenHash: string, purpose: TokenPurpose): Promise<{ user_id: string } | undefined> =>
  tx.one(`delete from account_tokens where ${VALID} returning user_id`, [tokenHash, purpose]);

export async function deleteTokens(tx: Tx, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await tx.query('delete from account_tokens where user_id = $1 and purpose = any($2)', [userId, purposes]);
}
