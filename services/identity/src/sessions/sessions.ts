import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { Outbox } from '@tidegate/messaging/outbox';
import { INSTALLATION, Vault } from '@tidegate/vault/vault';
import { membershipIn, membershipsOf } from '../kernel/member.rows.ts';
import { noteActive, toWire, type UserRow } from '../kernel/user.rows.ts';
import { AccessTokens } from '../signing-keys/access-tokens.ts';
import { makeRefreshToken } from './refresh-token.rules.ts';
import { endSurplus, insertSession, type SessionRow, type Whence } from './session.rows.ts';

const LIFETIME_DAYS = 30;
/** Sessions of one person; one more ends the least recently used. */
const MOST_OF_A_PERSON = 100;

const place = (sessionId: string) => ({
  orgId: INSTALLATION,
  table: 'sessions',
  column: 'refresh_key_sealed',
  recordId: sessionId,
});

/**
 * A person's logged-in device. Its access tokens live five minutes, its refresh tokens rotate at each use.
 *
 * The database contains neither tokens nor, readable, the 32 random bytes that they are made with: these are sealed
 * with the installation's data key, which is wrapped by the master key outside the database. So a dump yields no token.
 * A sealed key is bound to its session's id, so that an attacker who can write the table cannot move a key into another
 * session. A hash would be as safe, but could not produce the same successor for a repeated request.
 */
@Injectable()
export class Sessions {
  constructor(
    private readonly tokens: AccessTokens,
    private readonly vault: Vault,
    private readonly outbox: Outbox,
  ) {}

  /** Needs a transaction that runs as this user. */
  async begin(tx: Tx, user: UserRow, whence: Whence, orgId?: string): Promise<Session> {
    const chosen = orgId ?? (await membershipsOf(tx, user.id, 1))[0]?.org_id;
    const id = newId();
    const sealed = await this.vault.seal(tx, place(id), randomBytes(32).toString('base64'));
    await noteActive(tx, user.id);
    const row = await insertSession(tx, {
      id,
      userId: user.id,
      orgId: chosen,
      refreshKeySealed: sealed,
      days: LIFETIME_DAYS,
      ...whence,
    });
    for (const surplus of await endSurplus(tx, user.id, MOST_OF_A_PERSON)) {
      await this.outbox.emit(tx, accessRevoked, { kind: 'session', id: surplus, at: new Date().toISOString() });
    }
    return this.toSession(tx, row, user);
  }

  /** The 32 bytes that the session's refresh tokens are made with. Throws when the row was tampered with. */
  async refreshKey(tx: Tx, row: SessionRow): Promise<Buffer> {
    return Buffer.from(await this.vault.open(tx, place(row.id), row.refresh_key_sealed), 'base64');
  }

  /** The current session. When its membership is gone it has no organisation. */
  async toSession(tx: Tx, row: SessionRow, user: UserRow): Promise<Session> {
    const current = row.current_org_id ? await membershipIn(tx, user.id, row.current_org_id) : undefined;
    const access = await this.tokens.issue({
      userId: user.id,
      sessionId: row.id,
      isOperator: user.is_operator,
      ...(current ? { orgId: current.org_id, role: current.role, memberVersion: Number(current.version) } : {}),
    });
    const refresh = { sessionId: row.id, counter: Number(row.refresh_counter) };
    return {
      ...access,
      refreshToken: makeRefreshToken(refresh, await this.refreshKey(tx, row)),
      refreshTokenExpiresAt: row.expires_at.toISOString(),
      user: toWire(user),
      organisation: current ? { id: current.org_id, name: current.name } : null,
      role: current?.role ?? null,
    };
  }
}
