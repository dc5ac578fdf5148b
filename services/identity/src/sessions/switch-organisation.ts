import { Injectable } from '@nestjs/common';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { findUser, membershipIn } from '../accounts/user.rows.ts';
import { type SessionRow, Sessions } from './sessions.ts';

@Injectable()
export class SwitchOrganisation {
  constructor(
    private readonly tenants: Tenants,
    private readonly sessions: Sessions,
  ) {}

  @Handles(switchOrganisation)
  async handle({ input, caller }: Call<typeof switchOrganisation>) {
    const { sessionId, userId } = caller;
    if (!sessionId || !userId) throw forbidden({}, 'An API key belongs to one organisation.');
    return this.tenants.as({ userId }, async (tx) => {
      if (!(await membershipIn(tx, userId, input.organisationId))) throw notFound();
      const row = await tx.one<SessionRow>(
        'update sessions set current_org_id = $2 where id = $1 and user_id = $3 and revoked_at is null returning *',
        [sessionId, input.organisationId, userId],
      );
      const user = await findUser(tx, userId);
      if (!row || !user) throw notFound();
      const {
        refreshToken: _kept,
        refreshTokenExpiresAt: _same,
        ...switched
      } = await this.sessions.toSession(tx, row, user);
      return switched;
    });
  }
}
