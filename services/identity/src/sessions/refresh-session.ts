import { Controller } from '@nestjs/common';
import { invalidGrant, refresh, type Session } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { findUser, noteActive } from '../kernel/user.rows.ts';
import { isGenuine, readRefreshToken } from './refresh-token.rules.ts';
import {
  endSession,
  findJustRotated,
  findSession,
  rotateSession,
  type SessionRow,
  type Whence,
} from './session.rows.ts';
import { Sessions } from './sessions.ts';

/**
 * Longer than an outage of a minute, the deadline of a call before it and some seconds after, so that a lost answer
 * never ends a session. Much shorter than the life of an access token, so that a thief would have to guess when the
 * owner refreshes.
 */
const GRACE_SECONDS = 90;

/*
 * counter == token's: rotate (one compare-and-swap, so that of many at once exactly one does).
 * counter == token's + 1, rotated a short time ago: the answer was lost or another tab was first; the same successor,
 * which nobody has used so far, and the window does not slide.
 * anything else: the token was used before and is used again, by somebody. The session ends.
 */
@Controller()
export class RefreshSession {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly sessions: Sessions,
    private readonly outbox: Outbox,
  ) {}

  @Handles(refresh)
  async handle({ input, caller: { ip }, refuse }: OperationContext<typeof refresh>): Promise<Session> {
    const token = readRefreshToken(input.refreshToken);
    const known = token && (await this.findGenuine(token.sessionId, input.refreshToken));
    if (!known) throw refuse(invalidGrant, {}, 'Log in again.');
    const session = await this.tenants.as({ userId: known.user_id }, async (tx) => {
      const row = await this.rotate(tx, known.id, token.counter, { ip, device: input.device });
      const user = row && (await findUser(tx, row.user_id));
      return row && user ? this.sessions.toSession(tx, row, user) : undefined;
    });
    if (!session) throw refuse(invalidGrant, {}, 'Log in again.');
    return session;
  }

  private findGenuine(sessionId: string, token: string): Promise<SessionRow | undefined> {
    return this.tenants.as({}, async (tx) => {
      const row = await findSession(tx, sessionId);
      return row && isGenuine(token, await this.sessions.refreshKey(tx, row)) ? row : undefined;
    });
  }

  /** The session after this token was used; undefined when the token is not valid, and the session is revoked then. */
  private async rotate(tx: Tx, id: string, counter: number, whence: Whence): Promise<SessionRow | undefined> {
    const current =
      (await rotateSession(tx, id, counter, whence)) ?? (await findJustRotated(tx, id, counter, GRACE_SECONDS));
    if (current) {
      await noteActive(tx, current.user_id);
      return current;
    }
    if (await endSession(tx, id)) {
      await this.outbox.emit(tx, accessRevoked, { kind: 'session', id, at: new Date().toISOString() });
    }
    return undefined;
  }
}
