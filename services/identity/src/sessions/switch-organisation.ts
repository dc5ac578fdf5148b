import { Injectable } from '@nestjs/common';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findUser, membershipIn } from '../kernel/user.rows.ts';
import { type SessionRow, Sessions } from './sessions.ts';

@Injectable()
export class SwitchOrganisation {
  constructor(private readonly sessions: Sessions) {}

  @Handles(switchOrganisation)
  async handle({ input, caller, tx }: OperationContext<typeof switchOrganisation>) {
    const { sessionId, userId } = caller;
    if (!sessionId || !userId) throw forbidden({}, 'An API key belongs to one organisation.');
    const own = tx.as({ userId });
    if (!(await membershipIn(own, userId, input.organisationId))) throw notFound();
    const row = await own.one<SessionRow>(
      'update sessions set current_org_id = $2 where id = $1 and user_id = $3 and revoked_at is null returning *',
      [sessionId, input.organisationId, userId],
    );
    const user = await findUser(own, userId);
    if (!row || !user) throw notFound();
    const {
      refreshToken: _kept,
      refreshTokenExpiresAt: _same,
      ...switched
    } = await this.sessions.toSession(own, row, user);
    return switched;
  }
}
