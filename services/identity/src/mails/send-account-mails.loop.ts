import { Injectable } from '@nestjs/common';
import { backOff } from '@tidegate/contracts/kernel/back-off';
import type { Input } from '@tidegate/contracts/kernel/operation';
import { sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import {
  type AccountMailRow,
  deleteMail,
  deleteOldMails,
  leaseMails,
  nextMailIn,
  postponeMail,
} from './account-mail.rows.ts';
import { SEND_ACCOUNT_MAILS } from './account-mails.ts';
import { prepareMail } from './prepare-mail.ts';

/*
 * due ──► leased for two minutes ──► a token is made, its hash stored ──► handed to notifier
 *   sent or refused    deleted
 *   later              due again after a pause that doubles; given up after a day
 *
 * Whether an address has an account, and whether the mail is still needed, is checked here, where nobody waits for it:
 * so the response time reveals nothing to the person who requested the mail.
 */
const BATCH = 8;

@Injectable()
export class SendAccountMails {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @Loop({ name: SEND_ACCOUNT_MAILS, everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    // A turn with nothing due reads once and writes nothing.
    const next = await nextMailIn(this.tenants.reader({}));
    if (next === undefined) return undefined;
    if (next > 0) return next;
    const due = await this.tenants.as({}, async (tx) => {
      await deleteOldMails(tx);
      return leaseMails(tx, BATCH);
    });
    const options = { signal, log: this.log, what: 'A mail about an account' };
    // Side by side, so that a mail server that hangs does not add up over the batch.
    const results = await Promise.allSettled(due.map((mail) => each([mail], options, (one) => this.send(one))));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return due.length > 0 ? 'again' : undefined;
  }

  private async send(mail: AccountMailRow): Promise<void> {
    const { id, attempts, created_at } = mail;
    const prepared = await this.tenants.as({}, (tx) => prepareMail(tx, mail));
    const outcome = prepared ? await this.handOver({ id, createdAt: created_at.toISOString(), ...prepared }) : 'moot';
    const seconds = backOff(5, 3_600, attempts);
    await this.tenants.as({}, (tx) => (outcome === 'later' ? postponeMail(tx, id, seconds) : deleteMail(tx, id)));
  }

  private async handOver(mail: Input<typeof sendAccountMail>) {
    try {
      return (await this.bus.call(sendAccountMail, mail)).outcome;
    } catch (error) {
      const { id: mailId, kind } = mail;
      this.log.warn({ error, mailId, kind }, 'A mail about an account was not handed over; it is retried');
      return 'later' as const;
    }
  }
}
