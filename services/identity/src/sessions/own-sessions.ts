import { Controller } from '@nestjs/common';
import {
  checkSession,
  endOtherSessions,
  listSessions,
  logout,
  revokeSession,
} from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { noteEvent } from '../kernel/account-event.rows.ts';
import { requirePerson } from '../kernel/people.ts';
import { countOwnSessions, endSession, endSessions, findOwnSession, listOwnSessions } from './session.rows.ts';

/** A person's sessions, listed and ended. Nobody sees or ends the sessions of others. */
@Controller()
export class OwnSessions {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(listSessions)
  async list({ input, caller, tx }: OperationContext<typeof listSessions>) {
    const after = readCursor(input.cursor, 'time', 'uuid');
    const userId = requirePerson(caller);
    const page = pageOf(
      await listOwnSessions(tx, userId, input.limit + 1, after),
      input.limit,
      (row) => ({
        id: row.id,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.rotated_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        current: row.id === caller.sessionId,
        device: row.device,
        address: row.address,
      }),
      (row) => [row.used, row.id],
    );
    return { ...page, total: input.count ? await countOwnSessions(tx, userId) : null };
  }

  @Handles(revokeSession)
  async revoke({ input: { sessionId }, caller, tx, emit }: OperationContext<typeof revokeSession>) {
    if (!(await findOwnSession(tx, requirePerson(caller), sessionId))) throw notFound();
    await end(tx, emit, sessionId);
    return {};
  }

  @Handles(endOtherSessions)
  async endOthers({ caller, tx, emit }: OperationContext<typeof endOtherSessions>) {
    const userId = requirePerson(caller);
    const ended = await endSessions(tx.as({ userId }), userId, caller.sessionId);
    for (const id of ended) await emit(accessRevoked, { kind: 'session', id, at: new Date().toISOString() });
    if (ended.length > 0)
      await noteEvent(tx, userId, 'sessions.ended', { ip: caller.ip, detail: String(ended.length) });
    return { ended: ended.length };
  }

  @Handles(logout)
  async logOut({ caller: { sessionId }, tx, emit }: OperationContext<typeof logout>) {
    if (!sessionId) throw forbidden({}, 'An API key has no session. Revoke the key instead.');
    await end(tx, emit, sessionId);
    return {};
  }

  /** For the gateway, of a session that it knows. */
  @Handles(checkSession)
  async check({ input: { sessionId, userId } }: OperationContext<typeof checkSession>) {
    const row = await this.tenants.as({ userId }, (tx) => findOwnSession(tx, userId, sessionId));
    if (!row || row.revoked_at || row.expires_at.getTime() <= Date.now()) throw notFound();
    return { expiresAt: row.expires_at.toISOString() };
  }
}

async function end(tx: Tx, emit: Emit, id: string): Promise<void> {
  if (await endSession(tx, id)) await emit(accessRevoked, { kind: 'session', id, at: new Date().toISOString() });
}
