import { Controller } from '@nestjs/common';
import { me } from '@tidegate/contracts/identity/sessions';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { membershipsOf } from '../kernel/member.rows.ts';
import { findUser, toWire } from '../kernel/user.rows.ts';

/** People in more organisations than this page through the list. */
const SHOWN = 200;

@Controller()
export class WhoAmI {
  @Handles(me)
  async handle({ caller, tx }: OperationContext<typeof me>) {
    const user = caller.userId ? await findUser(tx, caller.userId) : undefined;
    if (!user) throw unauthenticated();
    const memberships = caller.kind === 'user' ? await membershipsOf(tx, user.id, SHOWN) : [];
    return {
      user: toWire(user),
      organisations: memberships.map(({ org_id, name, role }) => ({ id: org_id, name, role })),
      organisationId: caller.orgId ?? null,
      scopes: [...caller.scopes],
    };
  }
}
