import { Injectable } from '@nestjs/common';
import { rateLimited } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import {
  addFailures,
  addKnownSources,
  clearFailures,
  countAttack,
  lockFailures,
  readThrottle,
  takeBackFailures,
} from './login-throttle.rows.ts';
import { type Attempt, deviceOf, judge, type Subjects, subjectsOf } from './login-throttle.rules.ts';

/** An attempt whose password may be checked. */
export interface Admitted extends Attempt {
  /** What it was counted for. */
  subjects: Subjects;
  /** Whether the account's owner has logged in from there before. */
  known: boolean;
  despite: number;
}

/**
 * Slows down guessing without locking owners out because of what others do. An attempt is counted before the password
 * is checked and the count is undone when it was right, so that many attempts at once count as many.
 */
@Injectable()
export class LoginThrottle {
  constructor(private readonly tenants: TenantDatabase) {}

  /**
   * Counts one attempt; throws when the last wrong ones are too recent. Refusals only read, so that a flood locks no
   * row and writes nothing.
   */
  async admit(attempt: Attempt): Promise<Admitted> {
    const { subjects, wait } = await assess(
      this.tenants.reader({}),
      subjectsOf(attempt.email, attempt.ip),
      deviceOf(attempt),
    );
    refuse(wait);
    return this.tenants.as({}, async (tx) => {
      await lockFailures(tx, [subjects.pair, subjects.network]);
      const locked = await assess(tx, subjects);
      refuse(locked.wait);
      await addFailures(tx, [subjects.pair, subjects.network]);
      return { ...attempt, subjects, known: locked.known, despite: locked.despite };
    });
  }

  /** The password was not checked: the attempt does not count. */
  async takeBack({ subjects: { pair, network } }: Admitted): Promise<void> {
    await this.tenants.as({}, (tx) => takeBackFailures(tx, [pair, network]));
  }

  /**
   * It was wrong: one more for the account, over all networks. That number only distinguishes attacks from mistakes.
   */
  async failed({ subjects: { account } }: Admitted): Promise<void> {
    await this.tenants.as({}, (tx) => countAttack(tx, account));
  }

  /** The right password clears the count of its source, which is known from now on. */
  async succeeded(tx: Tx, userId: string, admitted: Admitted): Promise<void> {
    const { pair, network } = admitted.subjects;
    await takeBackFailures(tx, [network]);
    await clearFailures(tx, pair);
    await this.know(tx, userId, admitted);
  }

  /**
   * The account's owner uses this network and this device. Clears nothing: a new account is not a right guess at
   * another.
   */
  async know(tx: Tx, userId: string, attempt: Attempt): Promise<void> {
    const device = deviceOf(attempt);
    await addKnownSources(tx, userId, [subjectsOf(attempt.email, attempt.ip).pair, ...(device ? [device] : [])]);
  }
}

export const tooMany = (seconds: number) =>
  rateLimited({ retryAfterSeconds: seconds }, `Too many wrong log-ins. Try again in ${seconds} s.`);

function refuse(seconds: number): void {
  if (seconds > 0) throw tooMany(seconds);
}

/** A known device is counted by itself, wherever it is; any other by its network. */
async function assess(tx: Tx, subjects: Subjects, device?: string) {
  const sources = [subjects.pair, ...(device ? [device] : [])];
  const { counts, known } = await readThrottle(tx, [...Object.values(subjects), ...sources], sources);
  const chosen = device && known.has(device) ? { ...subjects, pair: device } : subjects;
  const of = (subject: string) => counts.get(subject) ?? { failures: 0, ageSeconds: 0 };
  const counted = { account: of(chosen.account), pair: of(chosen.pair), network: of(chosen.network) };
  const isKnown = known.has(chosen.pair);
  return { ...judge(counted, { known: isKnown }), known: isKnown, subjects: chosen };
}
