import { Injectable } from '@nestjs/common';
import { wrongPassword } from '@tidegate/contracts/identity/passwords';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Refuse } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { UserRow } from '../kernel/user.rows.ts';
import { LogInRefusals } from './log-in-refusals.ts';
import { type Admitted, LoginThrottle } from './login-throttle.ts';
import { PasswordHashing } from './password-hashing.ts';

/** A stolen session must not be good for guessing the password: a wrong one counts as a wrong log-in. */
@Injectable()
export class CurrentPassword {
  constructor(
    private readonly passwords: PasswordHashing,
    private readonly throttle: LoginThrottle,
    private readonly refusals: LogInRefusals,
  ) {}

  /** While no transaction is open. The answer goes to `succeeded` in the transaction that needed the password. */
  async require(
    refuse: Refuse<typeof wrongPassword>,
    user: UserRow,
    { ip }: Caller,
    password: string,
  ): Promise<Admitted> {
    const admitted = await this.throttle.admit({ email: user.email, ip });
    const matches = await this.passwords
      .verify(user.password_hash, password, { ...admitted, known: true })
      .catch(async (error: unknown) => {
        await this.throttle.takeBack(admitted);
        throw error;
      });
    if (matches) return admitted;
    await this.throttle.failed(admitted);
    this.refusals.report(admitted, refuse(wrongPassword), user.id);
    throw refuse(
      wrongPassword,
      {},
      'Send your current password. If you have lost it: POST /api/v1/password/forgotten.',
    );
  }

  succeeded(tx: Tx, userId: string, admitted: Admitted): Promise<void> {
    return this.throttle.succeeded(tx, userId, admitted);
  }
}
