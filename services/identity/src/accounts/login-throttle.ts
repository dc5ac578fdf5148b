import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { Tenants } from '@tidegate/database/tenants';

const FREE_TRIES = { account: 5, address: 50 };
const MAX_WAIT_SECONDS = 900;

/**
 * Slows down guessing, for an account and for an address: after some free tries each wrong one doubles the wait. What
 * is counted is forgotten after a day. The account is hashed, so that the table holds no list of addresses.
 */
@Injectable()
export class LoginThrottle {
  constructor(private readonly tenants: Tenants) {}

  async check(email: string, ip: string | undefined): Promise<void> {
    const rows = await this.tenants.as({}, (tx) =>
      tx.query<{ subject: string; failures: number; age: string }>(
        `select subject, failures, extract(epoch from now() - last_at) as age from login_failures
          where subject = any($1) and last_at > now() - interval '1 day'`,
        [subjects(email, ip)],
      ),
    );
    for (const { subject, failures, age } of rows) {
      const free = subject.startsWith('ip:') ? FREE_TRIES.address : FREE_TRIES.account;
      const wait = failures < free ? 0 : Math.min(2 ** (failures - free), MAX_WAIT_SECONDS);
      const left = Math.ceil(wait - Number(age));
      if (left > 0) throw rateLimited({ retryAfterSeconds: left }, `Too many wrong logins. Try again in ${left} s.`);
    }
  }

  failed(email: string, ip: string | undefined): Promise<unknown> {
    return this.tenants.as({}, (tx) =>
      tx.query(
        `insert into login_failures as f (subject, failures) select s, 1 from unnest($1::text[]) s order by s
         on conflict (subject) do update set last_at = now(),
           failures = case when f.last_at < now() - interval '1 day' then 1 else f.failures + 1 end`,
        [subjects(email, ip)],
      ),
    );
  }

  succeeded(email: string): Promise<unknown> {
    return this.tenants.as({}, (tx) =>
      tx.query('delete from login_failures where subject = $1', subjects(email, undefined)),
    );
  }
}

function subjects(email: string, ip: string | undefined): string[] {
  const account = createHash('sha256').update(email.trim().toLowerCase()).digest('hex');
  return [`account:${account}`, ...(ip ? [`ip:${ip}`] : [])];
}
