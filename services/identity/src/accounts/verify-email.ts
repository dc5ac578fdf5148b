import { Controller } from '@nestjs/common';
import { addressOf, resendVerification, verifyEmail } from '@tidegate/contracts/identity/passwords';
import { tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { conflict, unauthenticated } from '@tidegate/contracts/kernel/problem';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { requirePerson, VerifiedAddresses } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';
import { findUser, lockUser, setEmailVerified, toWire } from '../kernel/user.rows.ts';
import { AccountMails, DAY } from '../mails/account-mails.ts';
import { findToken } from '../mails/account-token.rows.ts';

const BUDGET = { most: 5, minutes: DAY };

/**
 * Takes a log-in and the mail's token: a person who entered somebody else's address lacks the token, and the recipient
 * of an unexpected mail lacks the log-in. Recipients can claim the address by resetting the password instead.
 */
@Controller()
export class VerifyEmail {
  constructor(
    private readonly addresses: VerifiedAddresses,
    private readonly mails: AccountMails,
  ) {}

  @Handles(verifyEmail)
  async verify({ input, caller, tx, refuse }: OperationContext<typeof verifyEmail>) {
    const userId = requirePerson(caller);
    const own = tx.as({ userId });
    const user = await lockUser(own, userId);
    if (!user) throw unauthenticated();
    const token = await findToken(own, hashOf(input.token), 'verify-email');
    if (token?.user_id !== userId)
      throw refuse(tokenInvalid, {}, 'Request another mail: POST /api/v1/me/email/resend.');
    const at = user.email_verified_at ?? new Date();
    await setEmailVerified(own, userId, at);
    if (!user.email_verified_at) await noteEvent(own, userId, 'email.verified', { ip: caller.ip });
    return toWire({ ...user, email_verified_at: at });
  }

  @Handles(resendVerification)
  async resend({ caller, tx, refuse }: OperationContext<typeof resendVerification>) {
    this.mails.requireMail(refuse);
    const userId = requirePerson(caller);
    const own = tx.as({ userId });
    const user = await findUser(own, userId);
    if (!user) throw unauthenticated();
    if (user.email_verified_at) throw conflict({}, 'The address is already verified.');
    await this.mails.count(own, `verify ${userId}`, BUDGET);
    await this.mails.queue(own, { kind: 'verify-email', email: user.email });
    return {};
  }

  @Handles(addressOf)
  async addressOf({ input: { userId }, tx }: OperationContext<typeof addressOf>) {
    const user = orNotFound(await findUser(tx, userId));
    const verified = user.email_verified_at !== null;
    return { email: user.email, verified, locale: user.locale, mayReachOthers: this.addresses.mayReachOthers(user) };
  }
}
