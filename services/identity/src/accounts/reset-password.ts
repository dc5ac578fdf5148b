import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { forgotPassword, resetPassword, setPassword } from '@tidegate/contracts/identity/passwords';
import { tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { LoginThrottle } from '../authentication/login-throttle.ts';
import { NewPasswords } from '../authentication/new-passwords.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { hashOf } from '../kernel/tokens.ts';
import { findUser, findUserByEmail, lockUser, toWire } from '../kernel/user.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { findToken, useToken } from '../mails/account-token.rows.ts';
import { countRequest } from './mail-requests.ts';
import { ReplacePassword } from './replace-password.ts';

/** Does the same for every address. */
@Controller()
export class ForgotPassword {
  constructor(private readonly mails: AccountMails) {}

  @Handles(forgotPassword)
  async sendMail({ input: { email }, caller: { ip }, tx, refuse }: OperationContext<typeof forgotPassword>) {
    this.mails.requireMail(refuse);
    await countRequest(this.mails, tx, 'reset', { email, ip });
    await this.mails.queue(tx, { kind: 'reset-password', email });
    return {};
  }
}

/** For people who have lost their password, or whose address somebody else has registered. */
@Controller()
export class ResetPassword {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly rules: NewPasswords,
    private readonly throttle: LoginThrottle,
    private readonly replace: ReplacePassword,
  ) {}

  @Handles(resetPassword)
  async reset({ input, caller: { ip }, tx, refuse }: OperationContext<typeof resetPassword>) {
    const tokenHash = hashOf(input.token);
    // Read first: a made-up token costs no hashing, and a password that is refused does not use the token up.
    const reader = this.tenants.reader({});
    const found = await findToken(reader, tokenHash, 'reset-password');
    const owner = found && (await findUser(reader, found.user_id));
    if (!owner) throw refuse(tokenInvalid, {}, USED_UP);
    this.rules.require(refuse, input.password, owner);
    const asker = { known: true, subjects: subjectsOf(owner.email, ip) };
    const passwordHash = await this.passwords.hash(input.password, asker);
    const taken = await useToken(tx, tokenHash, 'reset-password');
    if (!taken) throw refuse(tokenInvalid, {}, USED_UP);
    const own = tx.as({ userId: taken.user_id });
    const user = await lockUser(own, taken.user_id);
    if (!user) throw refuse(tokenInvalid, {}, USED_UP);
    await this.replace.claim(own, user, passwordHash, { kind: 'password.reset', ip });
    await this.throttle.know(own, user.id, { email: user.email, ip });
    return {};
  }

  @Handles(setPassword)
  async set({ input, tx, refuse }: OperationContext<typeof setPassword>) {
    if (input.password) this.rules.require(refuse, input.password, { email: input.email });
    const password = input.password ?? randomBytes(18).toString('base64url');
    const asker = { known: true, subjects: subjectsOf(input.email, undefined) };
    const passwordHash = await this.passwords.hash(password, asker);
    const found = await findUserByEmail(tx, input.email);
    const own = tx.as({ userId: found?.id });
    const user = found && (await lockUser(own, found.id));
    if (!user) throw notFound({}, 'Nobody has an account with this address.');
    await this.replace.claim(own, user, passwordHash, { kind: 'operator.password_set' });
    return { user: toWire({ ...user, email_verified_at: user.email_verified_at ?? new Date() }), password };
  }
}

const USED_UP = 'It has been used or has expired. Log in, or request another mail: POST /api/v1/password/forgotten.';
