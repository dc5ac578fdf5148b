import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { Tenants } from '@tidegate/database/tenants';
import type { Tx } from '@tidegate/database/tx';
import { loginSubjects, secondsToWait } from './login-throttle.rules.ts';

/**
 * Slows down guessing, for an account and for an address. A try is counted before the password is looked at and given
 * back when it was right, so that many tries at once count as many.
 */
@Injectable()
export class LoginThrottle {
  constructor(private readonly tenants: Tenants) {}

  /** Counts one try; throws when the last wrong ones are too recent. */
  async enter(email: string, ip: string | undefined): Promise<void> {
    const subjects = loginSubjects(email, ip);
    await this.tenants.as({}, async (tx) => {
      for (const { subject, failures, age } of await lock(tx, subjects)) {
        const left = secondsToWait(subject, failures, Number(age));
        if (left > 0) throw rateLimited({ retryAfterSeconds: left }, `Too many wrong logins. Try again in ${left} s.`);
      }
      await tx.query(
        'update login_failures set failures = failures + 1, last_at = clock_timestamp() where subject = any($1)',
        [subjects],
      );
    });
  }

  /** The password was not looked at: the try does not count. */
  async giveBack(email: string, ip: string | undefined): Promise<void> {
    await this.tenants.as({}, (tx) => giveBack(tx, loginSubjects(email, ip)));
  }

  /** The right password forgives what was tried for the account; of the address only this try. */
  async succeeded(email: string, ip: string | undefined): Promise<void> {
    const [account, ...address] = loginSubjects(email, ip);
    await this.tenants.as({}, async (tx) => {
      await tx.query('delete from login_failures where subject = $1', [account]);
      await giveBack(tx, address);
    });
  }
}

const giveBack = (tx: Tx, subjects: string[]) =>
  tx.query('update login_failures set failures = greatest(failures - 1, 0) where subject = any($1)', [subjects]);

/** What is counted for each, from none after a day of rest. Rows are locked in one order: no two logins block each other. */
async function lock(tx: Tx, subjects: string[]) {
  await tx.query(
    `insert into login_failures as f (subject, failures) select s, 0 from unnest($1::text[]) s order by s
     on conflict (subject) do update set
       failures = case when f.last_at < now() - interval '1 day' then 0 else f.failures end`,
    [subjects],
  );
  return tx.query<{ subject: string; failures: number; age: string }>(
    `select subject, failures, extract(epoch from clock_timestamp() - last_at) as age
       from login_failures where subject = any($1)`,
    [subjects],
  );
}
