import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Session } from '@tidegate/contracts/identity/sessions';
import { newId } from '@tidegate/database/ids';
import type { Tx } from '@tidegate/database/tx';
import { membershipsOf, toWire, type UserRow } from '../accounts/user.rows.ts';
import { AccessTokens } from '../signing-keys/access-tokens.ts';
import { makeRefreshToken } from './refresh-token.rules.ts';

const LIFETIME_DAYS = 30;

export interface SessionRow {
  id: string;
  user_id: string;
  current_org_id: string | null;
  refresh_key: Buffer;
  refresh_counter: string;
  rotated_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
}

/** A person's logged-in device. Its access tokens live five minutes, its refresh tokens rotate at each use. */
@Injectable()
export class Sessions {
  constructor(private readonly tokens: AccessTokens) {}

  /** Needs a transaction that runs as this user. */
  async begin(tx: Tx, user: UserRow, orgId?: string): Promise<Session> {
    const chosen = orgId ?? (await membershipsOf(tx, user.id))[0]?.org_id;
    const row = await tx.one<SessionRow>(
      `insert into sessions (id, user_id, current_org_id, refresh_key, expires_at)
       values ($1, $2, $3, $4, now() + make_interval(days => $5)) returning *`,
      [newId(), user.id, chosen ?? null, randomBytes(32), LIFETIME_DAYS],
    );
    if (!row) throw new Error('The session was not stored.');
    return this.toSession(tx, row, user);
  }

  /** The session as it stands now. A membership that is gone leaves the session without an organisation. */
  async toSession(tx: Tx, row: SessionRow, user: UserRow): Promise<Session> {
    const memberships = await membershipsOf(tx, user.id);
    const current = memberships.find((membership) => membership.org_id === row.current_org_id);
    const access = await this.tokens.issue({
      userId: user.id,
      sessionId: row.id,
      isOperator: user.is_operator,
      ...(current ? { orgId: current.org_id, role: current.role } : {}),
    });
    const refresh = { sessionId: row.id, counter: Number(row.refresh_counter) };
    return {
      ...access,
      refreshToken: makeRefreshToken(refresh, row.refresh_key),
      refreshTokenExpiresAt: row.expires_at.toISOString(),
      user: toWire(user),
      organisation: current ? { id: current.org_id, name: current.name } : null,
      role: current?.role ?? null,
    };
  }
}

export const findSession = (tx: Tx, id: string): Promise<SessionRow | undefined> =>
  tx.one<SessionRow>('select * from sessions where id = $1', [id]);

/** False when it was revoked before. */
export async function revokeSession(tx: Tx, id: string): Promise<boolean> {
  const row = await tx.one('update sessions set revoked_at = now() where id = $1 and revoked_at is null returning id', [
    id,
  ]);
  return row !== undefined;
}
