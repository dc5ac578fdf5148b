import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type AccountMailKind, sendAccountMail } from '@tidegate/contracts/notifier/account-mails';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn, type TurnResult } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { findUserByEmail } from '../kernel/user.rows.ts';
import { DAY, hashOf, RESET_MINUTES, SEND_ACCOUNT_MAILS } from './account-mails.ts';

/*
 * due ──► leased for two minutes ──► a token is made, its hash kept ──► handed to notifier
 *   sent or refused    deleted
 *   later              due again after a pause that doubles; after a day it is given up
 *
 * Whether an address has an account, and whether there is still something to say, is found out here, where nobody
 * waits for it: who asked for the mail cannot tell from the time of their answer.
 */
const BATCH = 8;
const LEASE_SECONDS = 120;
const GIVE_UP = "interval '1 day'";
const MINUTES: Readonly<Record<AccountMailKind, number>> = {
  'verify-email': DAY,
  'reset-password': RESET_MINUTES,
  'password-changed': 0,
};
/** Of one person and one purpose; asked for again and again the oldest go. */
const MOST_TOKENS = 100;

interface MailRow {
  id: string;
  kind: AccountMailKind;
  email: string;
  attempts: number;
  created_at: Date;
}

@Injectable()
export class SendAccountMails {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @Loop({ name: SEND_ACCOUNT_MAILS, everyMs: 30_000 })
  async turn({ signal }: Turn): Promise<TurnResult> {
    // A turn that finds nothing due reads once and writes nothing.
    const next = await this.tenants
      .reader({})
      .one<{ ms: number | null }>(
        'select (extract(epoch from min(due_at) - now()) * 1000)::float8 as ms from account_mails',
      );
    if (next?.ms == null) return undefined;
    if (next.ms > 0) return next.ms;
    const due = await this.lease();
    const options = { signal, log: this.log, what: 'A mail about an account' };
    // Side by side: a mail server that hangs over one keeps the others of the batch no longer than that.
    const results = await Promise.allSettled(due.map((mail) => each([mail], options, (one) => this.send(one))));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return due.length > 0 ? 'again' : undefined;
  }

  private lease(): Promise<MailRow[]> {
    return this.tenants.as({}, async (tx) => {
      await tx.query(`delete from account_mails where created_at < now() - ${GIVE_UP}`);
      return tx.query<MailRow>(
        `update account_mails set attempts = attempts + 1, due_at = now() + make_interval(secs => $2) where id in (
           select id from account_mails where due_at <= now() order by due_at limit $1 for update skip locked)
         returning *`,
        [BATCH, LEASE_SECONDS],
      );
    });
  }

  private async send({ id, kind, email, attempts, created_at }: MailRow): Promise<void> {
    const found = await this.prepare(kind, email);
    if (!found) return this.forget(id);
    const { to, token } = found;
    const mail = { id, kind, to, createdAt: created_at.toISOString(), ...(token ? { token } : {}) };
    const outcome = await this.bus.call(sendAccountMail, mail).then(
      (answer) => answer.outcome,
      (error: unknown) => {
        this.log.warn({ error, mailId: id, kind }, 'A mail about an account was not handed over; it is tried again');
        return 'later' as const;
      },
    );
    if (outcome !== 'later') return this.forget(id);
    await this.tenants.as({}, (tx) =>
      tx.query('update account_mails set due_at = now() + make_interval(secs => $2) where id = $1', [
        id,
        Math.min(5 * 2 ** attempts, 3_600),
      ]),
    );
  }

  /** To the address that the account has, whatever was typed; nothing when there is nothing to say. */
  private prepare(kind: AccountMailKind, email: string): Promise<{ to: string; token?: string } | undefined> {
    return this.tenants.as({}, async (tx) => {
      const user = await findUserByEmail(tx, email);
      if (!user || (kind === 'verify-email' && user.email_verified_at)) return undefined;
      if (kind === 'password-changed') return { to: user.email };
      const token = randomBytes(24).toString('base64url');
      await tx.query(
        `insert into account_tokens (token_hash, user_id, purpose, expires_at)
         values ($1, $2, $3, now() + make_interval(mins => $4))`,
        [hashOf(token), user.id, kind, MINUTES[kind]],
      );
      await tx.query(
        `delete from account_tokens where token_hash in (
           select token_hash from account_tokens where user_id = $1 and purpose = $2
            order by expires_at desc offset $3)`,
        [user.id, kind, MOST_TOKENS],
      );
      return { to: user.email, token };
    });
  }

  private async forget(id: string): Promise<void> {
    await this.tenants.as({}, (tx) => tx.query('delete from account_mails where id = $1', [id]));
  }
}
