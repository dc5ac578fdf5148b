import { Controller } from '@nestjs/common';
import { changePassword } from '@tidegate/contracts/identity/passwords';
import { conflict, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { CurrentPassword } from '../authentication/current-password.ts';
import { NewPasswords } from '../authentication/new-passwords.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { requirePerson } from '../kernel/people.ts';
import { findUser, lockUser } from '../kernel/user.rows.ts';
import { ReplacePassword } from './replace-password.ts';

@Controller()
export class ChangePassword {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly current: CurrentPassword,
    private readonly rules: NewPasswords,
    private readonly replace: ReplacePassword,
  ) {}

  @Handles(changePassword)
  async handle({ input, caller, tx, refuse }: OperationContext<typeof changePassword>) {
    const userId = requirePerson(caller);
    const user = await findUser(this.tenants.reader({}), userId);
    if (!user) throw unauthenticated();
    this.rules.require(refuse, input.newPassword, user);
    const admitted = await this.current.require(refuse, user, caller, input.currentPassword);
    const passwordHash = await this.passwords.hash(input.newPassword, { ...admitted, known: true });
    const own = tx.as({ userId });
    const locked = await lockUser(own, userId);
    // Another request changed it in the meantime, with the same old password or by mail: that one came first.
    if (locked?.password_hash !== user.password_hash) throw conflict({}, 'The password was changed in the meantime.');
    await this.current.succeeded(own, userId, admitted);
    await this.replace.change(own, locked, passwordHash, caller);
    return {};
  }
}
