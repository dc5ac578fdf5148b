import { randomBytes } from 'node:crypto';
import { Controller } from '@nestjs/common';
import { undoEmailChange } from '@tidegate/contracts/identity/account-addresses';
import { tokenInvalid } from '@tidegate/contracts/identity/sessions';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { subjectsOf } from '../authentication/login-throttle.rules.ts';
import { PasswordHashing } from '../authentication/password-hashing.ts';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { hashOf } from '../kernel/tokens.ts';
import { lockUser, setEmail } from '../kernel/user.rows.ts';
import { AccountMails, UNDO_MINUTES } from '../mails/account-mails.ts';
import { deleteLaterUndos, findToken, useToken } from '../mails/account-token.rows.ts';
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
    const found = await findToken(this.tenants.reader({}), tokenHash, 'undo-email');
    if (!found) throw refuse(tokenInvalid, {}, OVER);
    const subjects = subjectsOf(found.email ?? found.user_id, ip);
    const unknownHash = await this.passwords.hash(randomBytes(24).toString('base64url'), { known: true, subjects });
    const own = tx.as({ userId: found.user_id });
    // The account first: of two that undo it at once the second waits, and may find its token gone.
    const user = await lockUser(own, found.user_id);
    const token = user && (await useToken(own, tokenHash, 'undo-email'));
    if (!user || !token?.email) throw refuse(tokenInvalid, {}, OVER);
    if (!(await setEmail(own, user.id, token.email, { proven: true }))) throw refuse(tokenInvalid, {}, OVER);
    await this.replace.lockOut(own, user, unknownHash);
    await deleteLaterUndos(own, user.id, token.expires_at, UNDO_MINUTES);
    await this.mails.queue(own, { kind: 'reset-password', email: token.email });
    await noteEvent(own, user.id, 'email.change_undone', { ip, detail: token.email });
    return {};
  }
}
