import { Controller } from '@nestjs/common';
import { switchOrganisation } from '@tidegate/contracts/identity/sessions';
import { forbidden, notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { membershipIn } from '../kernel/member.rows.ts';
import { findUser } from '../kernel/user.rows.ts';
import { moveSession } from './session.rows.ts';
import { Sessions } from './sessions.ts';

@Controller()
export class SwitchOrganisation {
  constructor(private readonly sessions: Sessions) {}

  @Handles(switchOrganisation)
  async handle({ input, caller, tx }: OperationContext<typeof switchOrganisation>) {
    const { sessionId, userId } = caller;
    if (!sessionId || !userId) throw forbidden({}, 'An API key belongs to one organisation.');
    const own = tx.as({ userId });
    if (!(await membershipIn(own, userId, input.organisationId))) throw notFound();
    const row = await moveSession(own, userId, sessionId, input.organisationId);
    const user = await findUser(own, userId);
    if (!row || !user) throw notFound();
    const {
      refreshToken: _unchanged,
      refreshTokenExpiresAt: _too,
      ...switched
    } = await this.sessions.toSession(own, row, user);
    return switched;
  }
}
