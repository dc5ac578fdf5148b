import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { type Count, type Judged, judge, type Subjects, subjectsOf } from './login-throttle.rules.ts';

/** Of one person; the ones that were used last stay. */
const KNOWN_NETWORKS = 50;

/** Where from somebody tries to get into which account. */
export interface Try {
  email: string;
  ip: string | undefined;
}

/**
 * Slows down guessing, without ever keeping the owner of an account out by what others do. A try is counted before the
 * password is looked at and given back when it was right, so that many tries at once count as many.
 */
@Injectable()
export class LoginThrottle {
  constructor(private readonly tenants: TenantDatabase) {}

  /**
   * Counts one try; throws when the last wrong ones are too recent. What will be refused is refused by a read, so that a
   * flood holds no row and writes nothing.
   */
  async enter(attempt: Try): Promise<{ known: boolean; despite: number }> {
    const subjects = subjectsOf(attempt.email, attempt.ip);
    refuse((await look(this.tenants.reader({}), subjects, attempt)).wait);
    return this.tenants.as({}, async (tx) => {
      await lock(tx, subjects);
      const { wait, despite, known } = await look(tx, subjects, attempt);
      refuse(wait);
      await tx.query(
        'update login_failures set failures = failures + 1, last_at = clock_timestamp() where subject = any($1)',
        [[subjects.pair, subjects.network]],
      );
      return { known, despite };
    });
  }

  /** The password was not looked at: the try does not count. */
  async giveBack({ email, ip }: Try): Promise<void> {
    const { pair, network } = subjectsOf(email, ip);
    await this.tenants.as({}, (tx) => giveBack(tx, [pair, network]));
  }

  /**
   * It was wrong: one more for the account, over all networks. That number only tells an attack from a mistake, so
   * whoever finds it locked goes on without: no crowd at one account stands in line with our connections.
   */
  async failed({ email, ip }: Try): Promise<void> {
    const { account } = subjectsOf(email, ip);
    await this.tenants.as({}, async (tx) => {
      await tx.query('insert into login_failures (subject, failures) values ($1, 0) on conflict do nothing', [account]);
      await tx.query(
        `update login_failures f set last_at = clock_timestamp(),
                failures = 1 + case when f.last_at < now() - interval '1 day' then 0 else f.failures end
          where subject in (select subject from login_failures where subject = $1 for update skip locked)`,
        [account],
      );
    });
  }

  /** The right password forgives what was tried from this network, and the network is known from now on. */
  async succeeded(tx: Tx, userId: string, attempt: Try): Promise<void> {
    const { pair, network } = subjectsOf(attempt.email, attempt.ip);
    await giveBack(tx, [network]);
    await tx.query('delete from login_failures where subject = $1', [pair]);
    await this.know(tx, userId, attempt);
  }

  /** The account is at home in this network. Forgives nothing: a new account is no right guess at another one. */
  async know(tx: Tx, userId: string, { email, ip }: Try): Promise<void> {
    const { pair } = subjectsOf(email, ip);
    await tx.query(
      `insert into login_known (user_id, subject) values ($1, $2)
       on conflict (user_id, subject) do update set last_at = now()`,
      [userId, pair],
    );
    await tx.query(
      `delete from login_known where user_id = $1 and subject in (
         select subject from login_known where user_id = $1 order by last_at desc, subject offset $2)`,
      [userId, KNOWN_NETWORKS],
    );
  }
}

/** In one order, as everywhere here: no two logins block each other for ever. */
const giveBack = (tx: Tx, subjects: string[]) =>
  tx.query(
    `with locked as (select subject from login_failures where subject = any($1) order by subject for update)
     update login_failures f set failures = greatest(f.failures - 1, 0) from locked where f.subject = locked.subject`,
    [subjects],
  );

export const tooMany = (seconds: number) =>
  rateLimited({ retryAfterSeconds: seconds }, `Too many wrong logins. Try again in ${seconds} s.`);

function refuse(seconds: number): void {
  if (seconds > 0) throw tooMany(seconds);
}

/** From none after a day of rest. What the network does stays as it is until the end. */
const lock = (tx: Tx, subjects: Subjects) =>
  tx.query(
    `insert into login_failures as f (subject, failures) select s, 0 from unnest($1::text[]) s order by s
     on conflict (subject) do update set
       failures = case when f.last_at < now() - interval '1 day' then 0 else f.failures end`,
    [[subjects.pair, subjects.network]],
  );

/** What is counted, and who it is, in one question. */
async function look(tx: Tx, subjects: Subjects, { email }: Try): Promise<Judged & { known: boolean }> {
  const row = await tx.one<{ counts: Record<string, [number, number]> | null; known: boolean; exists: boolean }>(
    `select exists (select 1 from login_known where subject = $2) as known,
            exists (select 1 from users where lower(email) = lower($3)) as exists,
            (select json_object_agg(subject, json_build_array(failures, extract(epoch from clock_timestamp() - last_at)))
               from login_failures where subject = any($1) and last_at > now() - interval '1 day') as counts`,
    [Object.values(subjects), subjects.pair, email],
  );
  const of = (subject: string): Count => {
    const [failures, ageSeconds] = row?.counts?.[subject] ?? [0, 0];
    return { failures, ageSeconds };
  };
  const counts = { account: of(subjects.account), pair: of(subjects.pair), network: of(subjects.network) };
  const known = row?.known ?? false;
  return { ...judge(counts, { known, exists: row?.exists ?? false }), known };
}
