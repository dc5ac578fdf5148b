import type { Locale } from '@tidegate/contracts/kernel/locale';
import type { AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';

export const LEASE_SECONDS = 120;
const GIVE_UP = "interval '1 day'";

/** What is looked up when the mail is sent: of `email-changed` the new address, of `invitation` which it is. */
export interface MailDetails {
  newEmail?: string;
  orgId?: string;
  invitationId?: string;
}

export interface AccountMailRow {
  id: string;
  kind: AccountMailKind;
  email: string;
  user_id: string | null;
  locale: Locale | null;
  details: MailDetails | null;
  attempts: number;
  created_at: Date;
}

export interface NewMail {
  kind: AccountMailKind;
  email: string;
  /** Whose account it is about, when the address is not the account's. */
  userId?: string;
  /** For somebody without an account. */
  locale?: Locale | undefined;
  details?: MailDetails;
}

export async function insertMail(tx: Tx, { kind, email, userId, locale, details }: NewMail): Promise<void> {
  await tx.query(
    // The time now and not that of the transaction's beginning: changes of one account are in the order of their lock.
    `insert into account_mails (id, kind, email, user_id, locale, details, created_at)
     values ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
    [newId(), kind, email, userId ?? null, locale ?? null, details ? JSON.stringify(details) : null],
  );
}

/** Milliseconds until the next one is due; undefined when there is none. */
export async function nextMailIn(tx: Tx): Promise<number | undefined> {
  const next = await tx.one<{ ms: number | null }>(
    'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as ms from account_mails',
  );
  return next?.ms ?? undefined;
}

export async function deleteOldMails(tx: Tx): Promise<void> {
  await tx.query(`delete from account_mails where created_at < now() - ${GIVE_UP}`);
}

/** Leases those that are due, so that no other replica sends them. */
export const leaseMails = (tx: Tx, atMost: number): Promise<AccountMailRow[]> =>
  tx.query<AccountMailRow>(
    `update account_mails set attempts = attempts + 1, due_at = now() + make_interval(secs => $2) where id in (
       select id from account_mails where due_at <= now() order by due_at limit $1 for update skip locked)
     returning *`,
    [atMost, LEASE_SECONDS],
  );

export async function postponeMail(tx: Tx, id: string, seconds: number): Promise<void> {
  await tx.query('update account_mails set due_at = now() + make_interval(secs => $2) where id = $1', [id, seconds]);
}

/** False when it is gone; otherwise it stays until the transaction ends. */
export const lockMail = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.one('select 1 from account_mails where id = $1 for share', [id])) !== undefined;

export async function deleteMail(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from account_mails where id = $1', [id]);
}

/** Of somebody whose account ends. */
export async function deleteMailsTo(tx: Tx, email: string): Promise<void> {
  await tx.query('delete from account_mails where lower(email) = lower($1)', [email]);
}

/** How many mails the subject has been sent in its period, this one included, and the seconds left of the period. */
export async function countMail(tx: Tx, subject: string, minutes: number): Promise<{ sent: number; left: number }> {
  const row = await tx.one<{ sent: number; left: number }>(
    `insert into account_mail_budgets as b (subject, sent) values ($1, 1)
     on conflict (subject) do update set
       sent = case when b.since < now() - make_interval(mins => $2) then 1 else b.sent + 1 end,
       since = case when b.since < now() - make_interval(mins => $2) then now() else b.since end
     returning sent, ceil(extract(epoch from since + make_interval(mins => $2) - now()))::int as left`,
    [subject, minutes],
  );
  return row ?? { sent: 1, left: 0 };
}
