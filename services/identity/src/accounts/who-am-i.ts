import { Controller } from '@nestjs/common';
import { listAccountEvents, me, updateMe } from '@tidegate/contracts/identity/profile';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { listEvents, toWire } from '../kernel/account-event.rows.ts';
import { DemoGuests } from '../kernel/demo-guests.ts';
import { membershipsOf, toOwn } from '../kernel/member.rows.ts';
import { requirePerson } from '../kernel/people.ts';
import { findUser, type ProfileChange, toProfile, updateProfile } from '../kernel/user.rows.ts';

/** People in more organisations than this page through the list. */
const SHOWN = 200;

/** A person's own account, as they see it. */
@Controller()
export class WhoAmI {
  constructor(private readonly guests: DemoGuests) {}

  @Handles(me)
  async handle({ caller, tx }: OperationContext<typeof me>) {
    const user = caller.userId ? await findUser(tx, caller.userId) : undefined;
    if (!user) throw unauthenticated();
    const all = caller.kind === 'user' ? await membershipsOf(tx, user.id, SHOWN) : [];
    const memberships = caller.confined ? all.filter(({ org_id }) => org_id === caller.orgId) : all;
    const isOpen = caller.kind === 'user' && !caller.confined && !all.some(({ demo }) => demo);
    const demo = isOpen ? await this.guests.shown(tx) : undefined;
    return {
      user: toProfile(user),
      organisations: memberships.map(toOwn),
      demo: demo ? toOwn(demo) : null,
      organisationId: caller.orgId ?? null,
      scopes: [...caller.scopes],
    };
  }

  @Handles(updateMe)
  async update({ input, caller, tx }: OperationContext<typeof updateMe>) {
    const userId = requirePerson(caller);
    const { timeZone, ...rest } = input;
    const change: ProfileChange = { ...rest, ...(timeZone === undefined ? {} : { time_zone: timeZone }) };
    const user = await updateProfile(tx.as({ userId }), userId, change);
    if (!user) throw unauthenticated();
    return toProfile(user);
  }

  @Handles(listAccountEvents)
  async events({ input: { limit, cursor }, caller, tx }: OperationContext<typeof listAccountEvents>) {
    const [before] = readCursor(cursor, 'uuid') ?? [];
    return pageOf(await listEvents(tx, requirePerson(caller), limit + 1, before), limit, toWire, (row) => [row.id]);
  }
}
