import { Injectable } from '@nestjs/common';
import { listSessions, revokeSession } from '@tidegate/contracts/identity/sessions';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { personOf } from './person-of.ts';
import { endSession, findOwnSession, listOwnSessions } from './sessions.ts';

/** Where a person is logged in. Nobody sees or ends the sessions of somebody else. */
@Injectable()
export class OwnSessions {
  @Handles(listSessions)
  async list({ input, caller, tx }: OperationContext<typeof listSessions>) {
    const after = readCursor(input.cursor, 'time', 'uuid');
    return pageOf(
      await listOwnSessions(tx, personOf(caller), input.limit + 1, after),
      input.limit,
      (row) => ({
        id: row.id,
        createdAt: row.created_at.toISOString(),
        lastUsedAt: row.rotated_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        current: row.id === caller.sessionId,
      }),
      (row) => [row.used, row.id],
    );
  }

  @Handles(revokeSession)
  async revoke({ input: { sessionId }, caller, tx, emit }: OperationContext<typeof revokeSession>) {
    if (!(await findOwnSession(tx, personOf(caller), sessionId))) throw notFound();
    if (await endSession(tx, sessionId)) {
      await emit(accessRevoked, { kind: 'session', id: sessionId, at: new Date().toISOString() });
    }
    return {};
  }
}
