import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Loop, type TurnResult } from '@tidegate/runtime/loop';

const BATCH = 1_000;
/** Wrong log-ins that are remembered: strangers choose how many there are. */
const MOST_FAILURES = 100_000;

/* What nothing asks for any more, table by table: its key, and which rows are over. */
const OVER: readonly { table: string; key: string; over: string }[] = [
  // A day after they ended, by age or by revocation.
  { table: 'sessions', key: 'id', over: "least(expires_at, revoked_at) < now() - interval '1 day'" },
  { table: 'login_failures', key: 'subject', over: "last_at < now() - interval '1 day'" },
  {
    table: 'login_failures',
    key: 'subject',
    over: `last_at <= (select last_at from login_failures order by last_at desc offset ${MOST_FAILURES} limit 1)`,
  },
  { table: 'login_known', key: '(user_id, subject)', over: "last_at < now() - interval '90 days'" },
  { table: 'account_tokens', key: 'token_hash', over: 'expires_at < now()' },
  { table: 'account_mail_budgets', key: 'subject', over: "since < now() - interval '1 day'" },
  {
    table: 'account_mail_budgets',
    key: 'subject',
    over: `since <= (select since from account_mail_budgets order by since desc offset ${MOST_FAILURES} limit 1)`,
  },
  { table: 'api_keys', key: '(org_id, key_id)', over: "expires_at < now() - interval '30 days'" },
  { table: 'invitations', key: '(org_id, id)', over: "expires_at < now() - interval '1 day'" },
];

/** In batches, so that no turn holds many locks; a full batch means there is more. */
@Injectable()
export class ForgetEnded {
  constructor(private readonly tenants: TenantDatabase) {}

  @Loop({ name: 'forget-ended', everyMs: 600_000 })
  async turn(): Promise<TurnResult> {
    let more = false;
    for (const { table, key, over } of OVER) {
      const gone = await this.tenants.system('forget-ended', (tx) =>
        tx.query(
          `delete from ${table} where ${key} in (
             select ${key.replace(/[()]/g, '')} from ${table} where ${over} limit $1 for update skip locked)
           returning 1`,
          [BATCH],
        ),
      );
      more ||= gone.length === BATCH;
    }
    return more ? 'again' : undefined;
  }
}
