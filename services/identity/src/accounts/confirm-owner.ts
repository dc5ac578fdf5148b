import { Injectable } from '@nestjs/common';
import { passwordNeeded } from '@tidegate/contracts/identity/account-addresses';
import type { wrongPassword } from '@tidegate/contracts/identity/passwords';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { conflict, type Refuse, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { CurrentPassword } from '../authentication/current-password.ts';
import type { Admitted } from '../authentication/login-throttle.ts';
import { findUser, lockUser, type UserRow } from '../kernel/user.rows.ts';
import { beganRecently } from '../sessions/session.rows.ts';

const FRESH_MINUTES = 10;

export interface ConfirmedOwner {
  user: UserRow;
  /** When the password was asked. */
  admitted?: Admitted;
}

/** Before what a thief of a session must not do: the password, or a session that is a few minutes old. */
@Injectable()
export class ConfirmOwner {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly current: CurrentPassword,
  ) {}

  /** While no transaction is open. */
  async confirm(
    refuse: Refuse<typeof passwordNeeded | typeof wrongPassword>,
    caller: Caller,
    password: string | undefined,
  ): Promise<ConfirmedOwner> {
    const reader = this.tenants.reader({});
    const user = await findUser(reader, caller.userId ?? '');
    if (!user) throw unauthenticated();
    if (password !== undefined) return { user, admitted: await this.current.require(refuse, user, caller, password) };
    if (caller.sessionId && (await beganRecently(reader, caller.sessionId, FRESH_MINUTES))) return { user };
    throw refuse(passwordNeeded, {}, 'Send currentPassword, or log in again.');
  }

  /** The same account, locked; refused when its password was changed in the meantime. */
  async lock(own: Tx, { user, admitted }: ConfirmedOwner): Promise<UserRow> {
    const locked = await lockUser(own, user.id);
    if (locked?.password_hash !== user.password_hash) throw conflict({}, 'The account was changed in the meantime.');
    if (admitted) await this.current.succeeded(own, user.id, admitted);
    return locked;
  }
}
