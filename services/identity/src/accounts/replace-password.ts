import { Injectable } from '@nestjs/common';
import type { AccountEventKind } from '@tidegate/contracts/identity/profile';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { deleteKnownSources } from '../authentication/login-throttle.rows.ts';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { deleteKeysOf } from '../kernel/api-key.rows.ts';
import { organisationsOf } from '../kernel/member.rows.ts';
import { setEmailVerified, setPasswordHash, type UserRow } from '../kernel/user.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { deleteTokens } from '../mails/account-token.rows.ts';
import { deleteInvitationsBy } from '../members/invitation.rows.ts';
import { endSessions } from '../sessions/session.rows.ts';

/** What a new password ends, in whichever way it is set. The user's row has to be locked. */
@Injectable()
export class ReplacePassword {
  constructor(
    private readonly mails: AccountMails,
    private readonly outbox: Outbox,
  ) {}

  /** With the old password: all other sessions end. */
  async change(tx: Tx, user: UserRow, passwordHash: string, { sessionId, ip }: Caller): Promise<void> {
    await this.replace(tx, user, passwordHash, sessionId);
    await noteEvent(tx, user.id, 'password.changed', { ip });
  }

  /** By mail or by the operator. Needs a transaction that runs as this user. */
  async claim(
    tx: Tx,
    user: UserRow,
    passwordHash: string,
    { kind, ip }: { kind: AccountEventKind; ip?: string | undefined },
  ): Promise<void> {
    await this.replace(tx, user, passwordHash);
    await setEmailVerified(tx, user.id, new Date());
    // Until now the account may have belonged to somebody else who had entered the address: everything of theirs ends.
    if (user.email_verified_at === null) await this.endDelegations(tx, user.id);
    await noteEvent(tx, user.id, kind, { ip });
  }

  /** The account is given back to whoever had it before: nothing that the other one has opens it any more. */
  async lockOut(tx: Tx, user: UserRow, unknownHash: string): Promise<void> {
    await setPasswordHash(tx, user.id, unknownHash);
    await deleteTokens(tx, user.id, ['reset-password', 'change-email', 'verify-email']);
    await deleteKnownSources(tx, user.id);
    await this.endSessions(tx, user.id);
  }

  private async replace(tx: Tx, { id, email }: UserRow, passwordHash: string, currentSession?: string): Promise<void> {
    await setPasswordHash(tx, id, passwordHash);
    await deleteTokens(tx, id, ['reset-password']);
    await this.endSessions(tx, id, currentSession);
    await this.mails.queue(tx, { kind: 'password-changed', email });
  }

  private async endSessions(tx: Tx, userId: string, except?: string): Promise<void> {
    for (const sessionId of await endSessions(tx, userId, except)) await this.revoked(tx, 'session', sessionId);
  }

  private async endDelegations(tx: Tx, userId: string): Promise<void> {
    await deleteKnownSources(tx, userId);
    await deleteTokens(tx, userId, ['verify-email', 'reset-password']);
    for (const orgId of await organisationsOf(tx, userId)) {
      const there = tx.as({ orgId, userId });
      await deleteInvitationsBy(there, userId);
      for (const keyId of await deleteKeysOf(there, userId)) await this.revoked(there, 'api_key', keyId);
    }
  }

  private revoked(tx: Tx, kind: 'session' | 'api_key', id: string): Promise<void> {
    return this.outbox.emit(tx, accessRevoked, { kind, id, at: new Date().toISOString() });
  }
}
