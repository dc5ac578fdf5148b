import { Controller } from '@nestjs/common';
import { listAccountEvents, me, updateMe } from '@tidegate/contracts/identity/profile';
import { NO_THEME } from '@tidegate/contracts/identity/themes';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import type { Output } from '@tidegate/contracts/kernel/operation';
import { unauthenticated } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { clock } from '@tidegate/runtime/clock';
import { IdentityConfig } from '../identity.config.ts';
import { EVENT_ORDERS, listEvents, toWire } from '../kernel/account-event.rows.ts';
import { DemoGuests } from '../kernel/demo-guests.ts';
import { findRole, type Membership, membershipsOf, toOwn } from '../kernel/member.rows.ts';
import { requirePerson } from '../kernel/people.ts';
import { findUser, type ProfileChange, toProfile, updateProfile } from '../kernel/user.rows.ts';
import { findHere } from './here.rows.ts';

type Here = Output<typeof me>['organisation'];

/** People in more organisations than this page through the list. */
const SHOWN = 200;

/** A person's own account, as they see it. */
@Controller()
export class WhoAmI {
  constructor(
    private readonly guests: DemoGuests,
    private readonly config: IdentityConfig,
  ) {}

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
      organisation: caller.orgId ? await here(tx, caller, memberships, demo) : null,
      installation: { name: this.config.INSTALLATION_NAME, confined: caller.confined === true },
      serverTime: new Date(clock.now()).toISOString(),
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
  async events({ input, caller, tx }: OperationContext<typeof listAccountEvents>) {
    const place = EVENT_ORDERS.place(input);
    return place.page(await listEvents(tx, requirePerson(caller), place), toWire);
  }
}

/** Where somebody is: their role, how it looks and what it may do. Nobody else is asked, and nothing is waited for. */
async function here(
  tx: Tx,
  { kind, orgId, userId, scopes }: Caller,
  memberships: readonly Membership[],
  demo: Membership | undefined,
): Promise<Here> {
  const row = await findHere(tx);
  if (!row) return null;
  const known = [...memberships, ...(demo ? [demo] : [])].find(({ org_id }) => org_id === orgId);
  // Of somebody in more organisations than are shown.
  const role = kind === 'user' && userId ? (known ?? (await findRole(tx, userId)))?.role : undefined;
  const { entitlements } = row;
  const white = entitlements?.features['white_label'];
  const theme = white?.kind === 'boolean' && white.value ? row.theme : null;
  return {
    id: orgId as string,
    name: row.name,
    role: role ?? null,
    demo: row.demo,
    demoUntil: row.demo_until?.toISOString() ?? null,
    theme: theme && row.large ? null : (theme ?? NO_THEME),
    entitlements: scopes.includes('billing:read') ? entitlements : null,
  };
}
