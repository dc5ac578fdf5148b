import { Controller } from '@nestjs/common';
import { changePassword, wrongPassword } from '@tidegate/contracts/identity/passwords';
import { conflict, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { LogInRefusals } from '../authentication/log-in-refusals.ts';
import { LoginThrottle } from '../authentication/login-throttle.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { requirePerson } from '../kernel/people.ts';
import { findUser, lockUser } from '../kernel/user.rows.ts';
import { ReplacePassword } from './replace-password.ts';

/** A stolen session must not be good for guessing the password: a wrong one counts as a wrong log-in. */
@Controller()
export class ChangePassword {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly throttle: LoginThrottle,
    private readonly replace: ReplacePassword,
    private readonly refusals: LogInRefusals,
  ) {}

  @Handles(changePassword)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof changePassword>) {
    const userId = requirePerson(caller);
    const user = await findUser(this.tenants.reader({}), userId);
    if (!user) throw unauthenticated();
    const admitted = await this.throttle.admit({ email: user.email, ip: caller.ip });
    const matches = await this.passwords
      .verify(user.password_hash, input.currentPassword, { known: true })
      .catch(async (error) => {
        await this.throttle.takeBack(admitted);
        throw error;
      });
    if (!matches) {
      await this.throttle.failed(admitted);
      this.refusals.report(admitted, refuse(wrongPassword), userId);
      throw refuse(
        wrongPassword,
        {},
        'Send your current password. If you have lost it: POST /api/v1/password/forgotten.',
      );
    }
    const passwordHash = await this.passwords.hash(input.newPassword, { known: true });
    const own = tx.as({ userId });
    const locked = await lockUser(own, userId);
    // Another request changed it in the meantime, with the same old password or by mail: that one came first.
    if (locked?.password_hash !== user.password_hash) throw conflict({}, 'The password was changed in the meantime.');
    await this.throttle.succeeded(own, userId, admitted);
    await this.replace.change(own, locked, passwordHash, caller.sessionId ?? '');
    return {};
  }
}
