import { Injectable } from '@nestjs/common';
import { Email, mailNotConfigured } from '@tidegate/contracts/identity/sessions';
import { type Refuse, rateLimited } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Wakes } from '@tidegate/runtime/wakes';
import { VerifiedAddresses } from '../kernel/people.ts';
import { countMail, insertMail, type NewMail } from './account-mail.rows.ts';

/** The loop to wake when there is a mail to be sent. */
export const SEND_ACCOUNT_MAILS = 'send-account-mails';

/** In minutes. */
export const DAY = 24 * 60;
/** How long a token that sets a new password is valid. */
export const RESET_MINUTES = 15;
/** How long somebody whose address was changed can undo it. */
export const UNDO_MINUTES = 7 * DAY;

/** Queues mails about accounts, in the transaction of what they report. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly addresses: VerifiedAddresses,
    private readonly wakes: Wakes,
  ) {}

  requireMail(refuse: Refuse<typeof mailNotConfigured>): void {
    if (this.areSent) return;
    throw refuse(mailNotConfigured, {}, 'Ask its operator for a link: npx tidegate users link <email>.');
  }

  get areSent(): boolean {
    return this.addresses.sendsMail;
  }

  /** Nothing is queued where no e-mail is sent, nor for what is no address (the first operator's). */
  async queue(tx: Tx, mail: NewMail): Promise<void> {
    if (!this.areSent || !Email.safeParse(mail.email).success) return;
    await insertMail(tx, mail);
    tx.onCommit(() => this.wakes.wake(SEND_ACCOUNT_MAILS));
  }

  /** Counts one more or refuses it; a refused one is not counted, because the transaction is rolled back. */
  async count(tx: Tx, subject: string, { most, minutes }: { most: number; minutes: number }): Promise<void> {
    const { sent, left } = await countMail(tx, subject, minutes);
    if (sent <= most) return;
    throw rateLimited(
      { retryAfterSeconds: Math.max(1, left) },
      minutes === DAY
        ? `At most ${most} such mails are sent a day.`
        : `At most ${most} such mails are sent in ${minutes} minutes.`,
    );
  }
}
