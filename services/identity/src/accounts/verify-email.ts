import { Injectable } from '@nestjs/common';
import { addressOf, resendVerification, tokenInvalid, verifyEmail } from '@tidegate/contracts/identity/passwords';
import { conflict, notFound, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findUser, lockUser, toWire } from '../kernel/user.rows.ts';
import { VerifiedAddresses } from '../kernel/verified-addresses.ts';
import { AccountMails, DAY, hashOf } from '../mails/account-mails.ts';
import { personOf } from '../sessions/person-of.ts';

const BUDGET = { most: 5, minutes: DAY };

/**
 * Takes a log-in and the mail's token: whoever entered somebody else's address lacks the second, and whoever gets a
 * mail that they never asked for lacks the first. They can claim the address by a new password instead.
 */
@Injectable()
export class VerifyEmail {
  constructor(
    private readonly addresses: VerifiedAddresses,
    private readonly mails: AccountMails,
  ) {}

  @Handles(verifyEmail)
  async verify({ input, caller, tx }: OperationContext<typeof verifyEmail>) {
    const userId = personOf(caller);
    const own = tx.as({ userId });
    const user = await lockUser(own, userId);
    if (!user) throw unauthenticated();
    const fits = await own.one(
      `select 1 from account_tokens
        where token_hash = $1 and user_id = $2 and purpose = 'verify-email' and expires_at > now()`,
      [hashOf(input.token), userId],
    );
    if (!fits) throw tokenInvalid({}, 'Ask for another mail: POST /api/v1/me/email/resend.');
    const at = user.email_verified_at ?? new Date();
    await own.query('update users set email_verified_at = coalesce(email_verified_at, $2) where id = $1', [userId, at]);
    return toWire({ ...user, email_verified_at: at });
  }

  @Handles(resendVerification)
  async resend({ caller, tx }: OperationContext<typeof resendVerification>) {
    this.mails.requireMail();
    const userId = personOf(caller);
    const own = tx.as({ userId });
    const user = await findUser(own, userId);
    if (!user) throw unauthenticated();
    if (user.email_verified_at) throw conflict({}, 'The address is verified already.');
    await this.mails.count(own, `verify ${userId}`, BUDGET);
    await this.mails.queue(own, 'verify-email', user.email);
    return {};
  }

  @Handles(addressOf)
  async addressOf({ input: { userId }, tx }: OperationContext<typeof addressOf>) {
    const user = await findUser(tx, userId);
    if (!user) throw notFound();
    const verified = user.email_verified_at !== null;
    return { email: user.email, verified, mayReachOthers: this.addresses.mayReachOthers(user) };
  }
}
