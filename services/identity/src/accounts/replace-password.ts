import { Injectable } from '@nestjs/common';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { deleteKnownPlaces } from '../authentication/login-throttle.rows.ts';
import type { UserRow } from '../kernel/user.rows.ts';
import { AccountMails } from '../mails/account-mails.ts';
import { endSessions } from '../sessions/sessions.ts';

/** What a new password ends, whoever sets it. The user's row has to be locked. */
@Injectable()
export class ReplacePassword {
  constructor(
    private readonly mails: AccountMails,
    private readonly outbox: Outbox,
  ) {}

  /** By whoever knew the old one: all sessions end but theirs. */
  change(tx: Tx, user: UserRow, passwordHash: string, keptSession: string): Promise<void> {
    return this.replace(tx, user, passwordHash, keptSession);
  }

  /** By whoever has shown that the address is theirs, or by the operator. Needs a transaction that runs as this user. */
  async claim(tx: Tx, user: UserRow, passwordHash: string): Promise<void> {
    await this.replace(tx, user, passwordHash);
    await tx.query('update users set email_verified_at = coalesce(email_verified_at, now()) where id = $1', [user.id]);
    // Until now it may have been somebody else's who had entered the address: nothing of theirs goes on.
    if (user.email_verified_at === null) await this.endGifts(tx, user.id);
  }

  private async replace(tx: Tx, { id, email }: UserRow, passwordHash: string, keptSession?: string): Promise<void> {
    await tx.query('update users set password_hash = $2 where id = $1', [id, passwordHash]);
    await tx.query("delete from account_tokens where user_id = $1 and purpose = 'reset-password'", [id]);
    for (const sessionId of await endSessions(tx, id, keptSession)) await this.revoked(tx, 'session', sessionId);
    await this.mails.queue(tx, 'password-changed', email);
  }

  private async endGifts(tx: Tx, userId: string): Promise<void> {
    await deleteKnownPlaces(tx, userId);
    await tx.query('delete from account_tokens where user_id = $1', [userId]);
    const memberships = await tx.query<{ org_id: string }>(
      'select org_id from members where user_id = $1 order by org_id',
      [userId],
    );
    for (const { org_id: orgId } of memberships) {
      const there = tx.as({ orgId, userId });
      await there.query('delete from invitations where org_id = $1 and invited_by = $2', [orgId, userId]);
      const keys = await there.query<{ key_id: string }>(
        'delete from api_keys where org_id = $1 and created_by = $2 returning key_id',
        [orgId, userId],
      );
      for (const { key_id } of keys) await this.revoked(there, 'api_key', key_id);
    }
  }

  private revoked(tx: Tx, kind: 'session' | 'api_key', id: string): Promise<void> {
    return this.outbox.emit(tx, accessRevoked, { kind, id, at: new Date().toISOString() });
  }
}
