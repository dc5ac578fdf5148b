import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { Tx } from '@tidegate/database/tx';
import { DAY, RESET_MINUTES, UNDO_MINUTES } from './account-mails.ts';

export type TokenPurpose = 'verify-email' | 'reset-password' | 'change-email' | 'undo-email';

/** How long they are valid. */
const MINUTES: Record<TokenPurpose, number> = {
  'verify-email': DAY,
  'reset-password': RESET_MINUTES,
  'change-email': DAY,
  'undo-email': UNDO_MINUTES,
};

/** Of one person and one purpose; the oldest are deleted when more are requested. */
const MOST_TOKENS = 100;

export interface FoundToken {
  user_id: string;
  /** The new address of a change, the old one of an undo. */
  email: string | null;
  expires_at: Date;
}

export interface NewToken {
  tokenHash: string;
  userId: string;
  purpose: TokenPurpose;
  email?: string;
  /** From when on they count; by default from now. */
  since?: Date;
}

/** Answers when it ends. */
export async function insertToken(tx: Tx, token: NewToken): Promise<Date> {
  const { tokenHash, userId, purpose, email, since } = token;
  const row = await tx.one<{ expires_at: Date }>(
    `insert into account_tokens (token_hash, user_id, purpose, expires_at, email)
     values ($1, $2, $3, coalesce($6, now()) + make_interval(mins => $4), $5) returning expires_at`,
    [tokenHash, userId, purpose, MINUTES[purpose], email ?? null, since ?? null],
  );
  await tx.query(
    `delete from account_tokens where token_hash in (
       select token_hash from account_tokens where user_id = $1 and purpose = $2
        order by expires_at desc offset $3)`,
    [userId, purpose, MOST_TOKENS],
  );
  return row?.expires_at as Date;
}

const VALID = 'token_hash = $1 and purpose = $2 and expires_at > now()';

/** Whose it is; undefined when it is not valid. */
export const findToken = (tx: Tx, tokenHash: string, purpose: TokenPurpose): Promise<FoundToken | undefined> =>
  tx.one(`select user_id, email, expires_at from account_tokens where ${VALID}`, [tokenHash, purpose]);

/** The same, once only: it is deleted. */
export const useToken = (tx: Tx, tokenHash: string, purpose: TokenPurpose): Promise<FoundToken | undefined> =>
  tx.one(`delete from account_tokens where ${VALID} returning user_id, email, expires_at`, [tokenHash, purpose]);

export async function deleteTokens(tx: Tx, userId: string, purposes: readonly TokenPurpose[]): Promise<void> {
  await tx.query('delete from account_tokens where user_id = $1 and purpose = any($2)', [userId, purposes]);
}

/**
 * An undone change ends what undoes the changes after it: their old addresses are those of whoever made this one. What is
 * about to be mailed goes first, and waits for a mail that is just being prepared.
 */
export async function deleteLaterUndos(tx: Tx, userId: string, expiresAt: Date, minutes: number): Promise<void> {
  await tx.query(
    `delete from account_mails
      where user_id = $1 and kind = 'email-changed' and created_at >= $2::timestamptz - make_interval(mins => $3)`,
    [userId, expiresAt, minutes],
  );
  await tx.query("delete from account_tokens where user_id = $1 and purpose = 'undo-email' and expires_at >= $2", [
    userId,
    expiresAt,
  ]);
}

/* Of persons who have no account yet. */

const MOST_REGISTRATIONS = 20;

export async function insertRegistrationToken(
  tx: Tx,
  { tokenHash, email, locale, minutes }: { tokenHash: string; email: string; locale: Locale | null; minutes: number },
): Promise<void> {
  await tx.query(
    `insert into registration_tokens (token_hash, email, locale, expires_at)
     values ($1, $2, $3, now() + make_interval(mins => $4))`,
    [tokenHash, email, locale, minutes],
  );
  await tx.query(
    `delete from registration_tokens where token_hash in (
       select token_hash from registration_tokens where lower(email) = lower($1) order by expires_at desc offset $2)`,
    [email, MOST_REGISTRATIONS],
  );
}

export const findRegistration = (
  tx: Tx,
  tokenHash: string,
): Promise<{ email: string; locale: Locale | null } | undefined> =>
  tx.one('select email, locale from registration_tokens where token_hash = $1 and expires_at > now()', [tokenHash]);

/** Those to the address are of no use any more. */
export async function deleteRegistrations(tx: Tx, email: string): Promise<void> {
  await tx.query('delete from registration_tokens where lower(email) = lower($1)', [email]);
}

/* Of invitations: what was mailed to the invited address proves it. */

const MOST_OF_AN_INVITATION = 10;

/** For transactions of the organisation. Undefined when the invitation is over; otherwise what its mail says. */
export const describeInvitation = (
  tx: Tx,
  invitationId: string,
): Promise<{ organisation: string; inviter: string; role: string; locale: Locale | null } | undefined> =>
  tx.one(
    `select o.name as organisation, u.email as inviter, i.role, u.locale
       from invitations i join organisations o using (org_id) join users u on u.id = i.invited_by
      where i.org_id = $1 and i.id = $2 and i.expires_at > now()`,
    [tx.orgId, invitationId],
  );

export async function insertInvitationToken(tx: Tx, invitationId: string, tokenHash: string): Promise<void> {
  await tx.query('insert into invitation_tokens (org_id, invitation_id, token_hash) values ($1, $2, $3)', [
    tx.orgId,
    invitationId,
    tokenHash,
  ]);
  await tx.query(
    `delete from invitation_tokens where org_id = $1 and token_hash in (
       select token_hash from invitation_tokens where org_id = $1 and invitation_id = $2 order by created_at desc offset $3)`,
    [tx.orgId, invitationId, MOST_OF_AN_INVITATION],
  );
}

/* Of addresses for answers: the newest token of an organisation is the one that is valid. */

/** For transactions of the organisation. Undefined when the address has agreed already, or another one took its place. */
export const insertReplyToken = (
  tx: Tx,
  email: string,
  tokenHash: string,
  minutes: number,
): Promise<{ organisation: string } | undefined> =>
  tx.one(
    `update organisation_mail_senders s
        set reply_token_hash = $3, reply_token_expires_at = now() + make_interval(mins => $4)
       from organisations o
      where o.org_id = s.org_id and s.org_id = $1 and s.reply_to = $2 and s.reply_proven_at is null
     returning o.name as organisation`,
    [tx.orgId, email, tokenHash, minutes],
  );
