import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import {
  addFailures,
  addKnownPlaces,
  clearFailures,
  countAttackOn,
  lockFailures,
  readThrottle,
  takeBackFailures,
} from './login-throttle.rows.ts';
import { deviceOf, judge, type Subjects, subjectsOf, type Try } from './login-throttle.rules.ts';

/** An attempt that was let in: what it counts for, and how its account is guarded. */
export interface Attempt extends Try {
  subjects: Subjects;
  known: boolean;
  despite: number;
}

/**
 * Slows down guessing, without ever keeping the owner of an account out by what others do. A try is counted before the
 * password is looked at and taken back when it was right, so that many tries at once count as many.
 */
@Injectable()
export class LoginThrottle {
  constructor(private readonly tenants: TenantDatabase) {}

  /**
   * Counts one try; throws when the last wrong ones are too recent. What will be refused is refused by a read, so that a
   * flood holds no row and writes nothing.
   */
  async enter(given: Try): Promise<Attempt> {
    const first = await look(this.tenants.reader({}), given, subjectsOf(given.email, given.ip), deviceOf(given));
    refuse(first.wait);
    const { subjects } = first;
    return this.tenants.as({}, async (tx) => {
      await lockFailures(tx, [subjects.pair, subjects.network]);
      const { wait, despite, known } = await look(tx, given, subjects);
      refuse(wait);
      await addFailures(tx, [subjects.pair, subjects.network]);
      return { ...given, subjects, known, despite };
    });
  }

  /** The password was not looked at: the try does not count. */
  async takeBack({ subjects: { pair, network } }: Attempt): Promise<void> {
    await this.tenants.as({}, (tx) => takeBackFailures(tx, [pair, network]));
  }

  /** It was wrong: one more for the account, over all networks. That number only tells an attack from a mistake. */
  async failed({ subjects: { account } }: Attempt): Promise<void> {
    await this.tenants.as({}, (tx) => countAttackOn(tx, account));
  }

  /** The right password forgives what was tried from this place, and the place is known from now on. */
  async succeeded(tx: Tx, userId: string, attempt: Attempt): Promise<void> {
    const { pair, network } = attempt.subjects;
    await takeBackFailures(tx, [network]);
    await clearFailures(tx, pair);
    await this.know(tx, userId, attempt);
  }

  /**
   * The account is at home in this network, and on this device. Forgives nothing: a new account is no right guess at
   * another one.
   */
  async know(tx: Tx, userId: string, given: Try): Promise<void> {
    const device = deviceOf(given);
    await addKnownPlaces(tx, userId, [subjectsOf(given.email, given.ip).pair, ...(device ? [device] : [])]);
  }
}

export const tooMany = (seconds: number) =>
  rateLimited({ retryAfterSeconds: seconds }, `Too many wrong logins. Try again in ${seconds} s.`);

function refuse(seconds: number): void {
  if (seconds > 0) throw tooMany(seconds);
}

/** A device that is known is counted by itself, wherever it is; any other one by its network. */
async function look(tx: Tx, { email }: Try, subjects: Subjects, device?: string) {
  const places = [subjects.pair, ...(device ? [device] : [])];
  const { counts, known, exists } = await readThrottle(tx, email, [...Object.values(subjects), ...places], places);
  const chosen = device && known.has(device) ? { ...subjects, pair: device } : subjects;
  const of = (subject: string) => counts.get(subject) ?? { failures: 0, ageSeconds: 0 };
  const counted = { account: of(chosen.account), pair: of(chosen.pair), network: of(chosen.network) };
  const isKnown = known.has(chosen.pair);
  return { ...judge(counted, { known: isKnown, exists }), known: isKnown, subjects: chosen };
}
