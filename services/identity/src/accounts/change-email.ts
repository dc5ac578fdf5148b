import { Controller } from '@nestjs/common';
import { changeEmail, confirmEmailChange } from '@tidegate/contracts/identity/account-addresses';
import { emailTaken, tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { conflict, unauthenticated } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { normalAddress } from '../kernel/address.rules.ts';
import { requirePerson } from '../kernel/people.ts';
import { hashOf } from '../kernel/tokens.ts';
import { lockUser, setEmail, toWire, type UserRow } from '../kernel/user.rows.ts';
import { AccountMails, DAY } from '../mails/account-mails.ts';
import { deleteTokens, useToken } from '../mails/account-token.rows.ts';
import { ConfirmOwner } from './confirm-owner.ts';

const BY_ACCOUNT = { most: 10, minutes: DAY };
/** Of all accounts, so that many of them fill nobody's mailbox in our name. */
const TO_ADDRESS = { most: 20, minutes: DAY };
const TAKEN = 'Another account has this address. Log in to it, or delete it first.';

/**
 * The new address is confirmed by its mail and a log-in, so that a mistyped one gives the account to nobody; the old one is
 * told, with a token that undoes the change.
 */
@Controller()
export class ChangeEmail {
  constructor(
    private readonly owner: ConfirmOwner,
    private readonly mails: AccountMails,
  ) {}

  @Handles(changeEmail)
  async change({ input, caller, tx, refuse }: OperationContext<typeof changeEmail>) {
    const userId = requirePerson(caller);
    const { email } = input;
    const confirmed = await this.owner.confirm(refuse, caller, input.currentPassword);
    const own = tx.as({ userId });
    const user = await this.owner.lock(own, confirmed);
    if (normalAddress(user.email) === normalAddress(email)) throw conflict({}, 'This is your address already.');
    if (this.mails.areSent) {
      await this.mails.count(own, `change ${userId}`, BY_ACCOUNT);
      await this.mails.count(own, `change-to ${subjectsOf(email, caller.ip).account}`, TO_ADDRESS);
      await this.mails.queue(own, { kind: 'change-email', email, userId });
      return { changed: false };
    }
    // Believed as long as no mail is sent, and verified by the first one afterwards.
    if (!(await this.move(own, user, { email, proven: false }, caller.ip))) throw refuse(emailTaken, {}, TAKEN);
    return { changed: true };
  }

  @Handles(confirmEmailChange)
  async confirm({ input, caller, tx, refuse }: OperationContext<typeof confirmEmailChange>) {
    const userId = requirePerson(caller);
    const own = tx.as({ userId });
    const user = await lockUser(own, userId);
    if (!user) throw unauthenticated();
    const token = await useToken(own, hashOf(input.token), 'change-email');
    if (token?.user_id !== userId || !token.email) {
      throw refuse(tokenInvalid, {}, 'Log in to the account that the mail is about, or request another mail.');
    }
    const to = { email: token.email, proven: true };
    if (!(await this.move(own, user, to, caller.ip))) throw refuse(emailTaken, {}, TAKEN);
    return toWire({ ...user, email: token.email, email_verified_at: new Date() });
  }

  /** Tokens that were mailed to the old address no longer open the account, apart from the one that undoes this. */
  private async move(
    own: Tx,
    { id, email: from }: UserRow,
    { email: to, proven }: { email: string; proven: boolean },
    ip: string | undefined,
  ): Promise<boolean> {
    if (!(await setEmail(own, id, to, { proven }))) return false;
    await deleteTokens(own, id, ['reset-password', 'verify-email', 'change-email']);
    await this.mails.queue(own, { kind: 'email-changed', email: from, userId: id, details: { newEmail: to } });
    await noteEvent(own, id, 'email.changed', { ip, detail: to });
    return true;
  }
}
