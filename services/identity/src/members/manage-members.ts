import { Controller } from '@nestjs/common';
import {
  changeRole,
  lastOwner,
  leaveOrganisation,
  listMembers,
  type Member,
  removeMember,
  roleOf,
  type roleTooHigh,
} from '@tidegate/contracts/identity/members';
import { GUEST_SCOPES, ROLE_SCOPES, Role } from '@tidegate/contracts/identity/roles';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { notFound, type Refuse } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Entitlements } from '@tidegate/entitlements/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { mayInvite, requireMayGrant } from '../kernel/delegation.rules.ts';
import { DemoGuests } from '../kernel/demo-guests.ts';
import { grantorAs } from '../kernel/grantor.ts';
import {
  effectiveRole,
  findRole,
  listMembers as listRows,
  lockMembers,
  MEMBER_ORDERS,
  type MemberRow,
  nextVersion,
  setRole,
  toWire,
} from '../kernel/member.rows.ts';
import { requirePerson } from '../kernel/people.ts';
import { OwnershipLimits } from '../organisations/ownership-limits.ts';
import { deleteInvitationsBy } from './invitation.rows.ts';
import { emitChange, removeFrom } from './remove-member.ts';

/** Members of an organisation and their roles. Every loss of rights also revokes the tokens that carry them. */
@Controller()
export class ManageMembers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly limits: OwnershipLimits,
    private readonly entitlements: Entitlements,
    private readonly guests: DemoGuests,
  ) {}

  @Handles(listMembers)
  async list({ input, tx }: OperationContext<typeof listMembers>) {
    const place = MEMBER_ORDERS.place(input);
    return place.page(await listRows(tx, place, input), toWire);
  }

  /** Who is over the limit of members depends on roles as well. */
  @Handles(changeRole)
  changeRole(context: OperationContext<typeof changeRole>): Promise<Member> {
    return this.entitlements.removing(context.tx, () => this.setRole(context));
  }

  private async setRole({
    input: { userId, role },
    caller,
    tx,
    emit,
    refuse,
    was,
  }: OperationContext<typeof changeRole>): Promise<Member> {
    const member = await changeable(refuse, { tx, caller }, userId, role);
    was({ role: member.role });
    // The same role again changes nothing and revokes no tokens.
    if (member.role === role) return toWire(member);
    if (role === 'owner') await this.limits.requireRoom(refuse, tx.as({ orgId: tx.orgId, userId }), userId, tx.orgId);
    const version = await nextVersion(tx);
    await setRole(tx, userId, role, version);
    await endInvitations(tx, userId, role);
    await emitChange(emit, { orgId: tx.orgId as string, userId, role, version });
    return toWire({ ...member, role });
  }

  @Handles(removeMember)
  async remove({ input: { userId }, caller, tx, emit, refuse }: OperationContext<typeof removeMember>) {
    await changeable(refuse, { tx, caller }, userId, null);
    await this.entitlements.removing(tx, () => removeFrom(tx, userId, emit));
    return {};
  }

  /** Needs no right but membership: anybody may leave an organisation, whatever their role. */
  @Handles(leaveOrganisation)
  async leave({
    input: { organisationId: orgId },
    caller,
    tx,
    emit,
    refuse,
  }: OperationContext<typeof leaveOrganisation>) {
    const userId = requirePerson(caller);
    const own = tx.as({ orgId, userId });
    const rows = await lockMembers(own, [userId]);
    const member = rows.find((row) => row.user_id === userId);
    if (!member) throw notFound();
    requireOtherOwner(refuse, rows, member);
    await this.entitlements.removing(own, () => removeFrom(own, userId, emit));
    return {};
  }

  /** For the gateway: a session may act in any organisation of its person, request by request. */
  @Handles(roleOf)
  async roleOf({ input: { organisationId, userId } }: OperationContext<typeof roleOf>) {
    const tx = this.tenants.reader({ orgId: organisationId });
    const member = await findRole(tx, userId);
    if (!member && (await this.guests.isOpenHere(tx)))
      return { role: 'viewer' as const, scopes: [...GUEST_SCOPES], memberVersion: 0 };
    if (!member) throw notFound();
    return { role: member.role, scopes: [...ROLE_SCOPES[member.role]], memberVersion: Number(member.version) };
  }
}

function requireOtherOwner(refuse: Refuse<typeof lastOwner>, rows: readonly MemberRow[], { role }: MemberRow): void {
  if (role !== 'owner' || rows.filter((row) => row.role === 'owner').length > 1) return;
  throw refuse(lastOwner, {}, 'Make somebody else an owner first.');
}

/** Both changes need the same scope. */
async function changeable(
  refuse: Refuse<typeof lastOwner | typeof roleTooHigh>,
  { tx, caller }: { tx: Tx; caller: Caller },
  userId: string,
  role: Role | null,
): Promise<MemberRow> {
  const rows = await lockMembers(tx, [userId, caller.userId ?? userId]);
  const own = rows.find((row) => row.user_id === caller.userId);
  const grantor = await grantorAs(tx, own && effectiveRole(own), caller, changeRole);
  const member = rows.find((row) => row.user_id === userId);
  if (!member) throw notFound();
  requireMayGrant(refuse, grantor, member.role);
  if (role) requireMayGrant(refuse, grantor, role);
  if (role !== 'owner') requireOtherOwner(refuse, rows, member);
  return member;
}

/** An invitation ends with the rights of its creator. */
async function endInvitations(tx: Tx, inviter: string, role: Role): Promise<void> {
  const grantor = { role, scopes: ROLE_SCOPES[role] };
  await deleteInvitationsBy(
    tx,
    inviter,
    Role.options.filter((invited) => !mayInvite(grantor, invited)),
  );
}
