import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { mailNotConfigured } from '@tidegate/contracts/identity/passwords';
import { Email } from '@tidegate/contracts/identity/sessions';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import type { AccountMailKind } from '@tidegate/contracts/notifier/account-mails';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Wakes } from '@tidegate/runtime/wakes';
import { VerifiedAddresses } from '../kernel/verified-addresses.ts';

/** The loop to wake when there is a mail to be sent. */
export const SEND_ACCOUNT_MAILS = 'send-account-mails';

/** In minutes. */
export const DAY = 24 * 60;
/** So long a token that sets a new password is good for. */
export const RESET_MINUTES = 30;

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Mails about accounts that are to be sent, in the transaction that makes them due. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly addresses: VerifiedAddresses,
    private readonly wakes: Wakes,
  ) {}

  requireMail(): void {
    if (this.addresses.sendsMail) return;
    throw mailNotConfigured({}, 'Ask its operator: npx tidegate users reset-password <email>.');
  }

  /** Where no e-mail is sent nothing is queued, nor to what is no address (the first operator's). */
  async queue(tx: Tx, kind: AccountMailKind, email: string): Promise<void> {
    if (!this.addresses.sendsMail || !Email.safeParse(email).success) return;
    await tx.query('insert into account_mails (id, kind, email) values ($1, $2, $3)', [newId(), kind, email]);
    tx.onCommit(() => this.wakes.wake(SEND_ACCOUNT_MAILS));
  }

  /** Counts one more, or refuses it; a refused one is not counted, because the transaction ends. */
  async count(tx: Tx, subject: string, { most, minutes }: { most: number; minutes: number }): Promise<void> {
    const row = await tx.one<{ sent: number; left: number }>(
      `insert into account_mail_budgets as b (subject, sent) values ($1, 1)
       on conflict (subject) do update set
         sent = case when b.since < now() - make_interval(mins => $2) then 1 else b.sent + 1 end,
         since = case when b.since < now() - make_interval(mins => $2) then now() else b.since end
       returning sent, ceil(extract(epoch from since + make_interval(mins => $2) - now()))::int as left`,
      [subject, minutes],
    );
    if (!row || row.sent <= most) return;
    const period = minutes === DAY ? 'a day' : `in ${minutes} minutes`;
    throw rateLimited({ retryAfterSeconds: Math.max(1, row.left) }, `${most} such mails ${period} are enough.`);
  }
}
