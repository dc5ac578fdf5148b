import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { forgotPassword, resetPassword, setPassword, tokenInvalid } from '@tidegate/contracts/identity/passwords';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { isKnownSource } from '../authentication/login-throttle.rows.ts';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { LoginThrottle } from '../authentication/login-throttle.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { hashOf } from '../kernel/tokens.ts';
import { findUserByEmail, lockUser, toWire } from '../kernel/user.rows.ts';
import { AccountMails, DAY, RESET_MINUTES } from '../mails/account-mails.ts';
import { findToken, useToken } from '../mails/account-token.rows.ts';
import { ReplacePassword } from './replace-password.ts';

/**
 * Limits of mails: by network, and by address over all networks. The first lasts as long as a token, so a person who is
 * refused, even because of a neighbour, has a valid token in the mailbox. The second does not apply to networks where
 * the owner has logged in, so that others cannot use it up.
 */
const OF_NETWORK = { most: 3, minutes: RESET_MINUTES };
const OF_ADDRESS = { most: 20, minutes: DAY };

/** For people who have lost their password, or whose address somebody else has registered. */
@Controller()
export class ResetPassword {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly mails: AccountMails,
    private readonly throttle: LoginThrottle,
    private readonly replace: ReplacePassword,
  ) {}

  /** Does the same for every address. */
  @Handles(forgotPassword)
  async sendMail({ input: { email }, caller: { ip }, tx, refuse }: OperationContext<typeof forgotPassword>) {
    this.mails.requireMail(refuse);
    const { account, pair } = subjectsOf(email, ip);
    await this.mails.count(tx, `reset ${pair}`, OF_NETWORK);
    if (!(await isKnownSource(tx, pair))) await this.mails.count(tx, `reset ${account}`, OF_ADDRESS);
    await this.mails.queue(tx, 'reset-password', email);
    return {};
  }

  @Handles(resetPassword)
  async reset({ input, caller: { ip }, tx, refuse }: OperationContext<typeof resetPassword>) {
    const tokenHash = hashOf(input.token);
    // Read first: a made-up token costs no hashing.
    if (!(await findToken(this.tenants.reader({}), tokenHash, 'reset-password')))
      throw refuse(tokenInvalid, {}, USED_UP);
    const passwordHash = await this.passwords.hash(input.password, { known: true });
    const taken = await useToken(tx, tokenHash, 'reset-password');
    if (!taken) throw refuse(tokenInvalid, {}, USED_UP);
    const own = tx.as({ userId: taken.user_id });
    const user = await lockUser(own, taken.user_id);
    if (!user) throw refuse(tokenInvalid, {}, USED_UP);
    await this.replace.claim(own, user, passwordHash);
    await this.throttle.know(own, user.id, { email: user.email, ip });
    return {};
  }

  @Handles(setPassword)
  async set({ input, tx }: OperationContext<typeof setPassword>) {
    const password = input.password ?? randomBytes(18).toString('base64url');
    const passwordHash = await this.passwords.hash(password, { known: true });
    const found = await findUserByEmail(tx, input.email);
    const own = tx.as({ userId: found?.id });
    const user = found && (await lockUser(own, found.id));
    if (!user) throw notFound({}, 'Nobody has an account with this address.');
    await this.replace.claim(own, user, passwordHash);
    return { user: toWire({ ...user, email_verified_at: user.email_verified_at ?? new Date() }), password };
  }
}

const USED_UP = 'It has been used or has expired. Log in, or request another mail: POST /api/v1/password/forgotten.';
