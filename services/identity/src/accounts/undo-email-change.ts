import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { undoEmailChange } from '@tidegate/contracts/identity/account-addresses';
import { tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { hashOf } from '../kernel/tokens.ts';
import { lockUser, setEmail } from '../kernel/user.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { findToken, useToken } from '../mails/account-token.rows.ts';
import { ReplacePassword } from './replace-password.ts';

const OVER =
  'It has been used or has expired, or the address has another account. Ask the operator of this installation.';

/** Whoever changed the address may know the password and be logged in: both end with the undoing. */
@Controller()
export class UndoEmailChange {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly passwords: PasswordHashing,
    private readonly mails: AccountMails,
    private readonly replace: ReplacePassword,
  ) {}

  @Handles(undoEmailChange)
  async handle({ input, caller: { ip }, tx, refuse }: OperationContext<typeof undoEmailChange>) {
    const tokenHash = hashOf(input.token);
    // Read first: a made-up token costs no hashing.
    if (!(await findToken(this.tenants.reader({}), tokenHash, 'undo-email'))) throw refuse(tokenInvalid, {}, OVER);
    const unknownHash = await this.passwords.hash(randomBytes(24).toString('base64url'), { known: true });
    const token = await useToken(tx, tokenHash, 'undo-email');
    const own = tx.as({ userId: token?.user_id });
    const user = token && (await lockUser(own, token.user_id));
    if (!user || !token.email) throw refuse(tokenInvalid, {}, OVER);
    if (!(await setEmail(own, user.id, token.email))) throw refuse(tokenInvalid, {}, OVER);
    await this.replace.lockOut(own, user, unknownHash);
    await this.mails.queue(own, { kind: 'reset-password', email: token.email });
    await noteEvent(own, user.id, 'email.change_undone', { ip, detail: token.email });
    return {};
  }
}
