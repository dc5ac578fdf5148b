import { Injectable } from '@nestjs/common';
import {
  changeRole,
  lastOwner,
  leaveOrganisation,
  listMembers,
  type Member,
  memberChanged,
  removeMember,
} from '@tidegate/contracts/identity/members';
import { ROLE_SCOPES, Role } from '@tidegate/contracts/identity/roles';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { pageOf, readCursor } from '@tidegate/database/paging';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, Handles, type OperationContext } from '@tidegate/messaging/handler';
import { mayInvite, refuseLarger } from '../kernel/delegation.rules.ts';
import { giverAs } from '../kernel/grantor.ts';
import { listMemberRows, lockMembers, type MemberRow, nextVersion, toWire } from '../kernel/member.rows.ts';
import { FoundersLimits } from '../organisations/ownership-limits.ts';
import { personOf } from '../sessions/person-of.ts';

/** Who belongs to the organisation, and as what. Whatever takes rights away also revokes what carries them. */
@Injectable()
export class ManageMembers {
  constructor(private readonly limits: FoundersLimits) {}

  @Handles(listMembers)
  async list({ input: { limit, cursor }, tx }: OperationContext<typeof listMembers>) {
    const rows = await listMemberRows(tx, limit + 1, readCursor(cursor, 'time', 'uuid'));
    return pageOf(rows, limit, toWire, (row) => [row.joined, row.user_id]);
  }

  @Handles(changeRole)
  async changeRole({
    input: { userId, role },
    caller,
    tx,
    emit,
  }: OperationContext<typeof changeRole>): Promise<Member> {
    const member = await changeable(tx, caller, userId, role);
    // Said again it changes nothing, and ends nobody's tokens.
    if (member.role === role) return toWire(member);
    if (role === 'owner') await this.limits.refuseOwning(tx.as({ orgId: tx.orgId, userId }), userId, tx.orgId);
    const version = await nextVersion(tx);
    await tx.query('update members set role = $3, version = $4 where org_id = $1 and user_id = $2', [
      tx.orgId,
      userId,
      role,
      version,
    ]);
    await endInvitations(tx, userId, role);
    await tell(emit, { orgId: tx.orgId as string, userId, role, version });
    return toWire({ ...member, role });
  }

  @Handles(removeMember)
  async remove({ input: { userId }, caller, tx, emit }: OperationContext<typeof removeMember>) {
    await changeable(tx, caller, userId, null);
    await removeFrom(tx, userId, emit);
    return {};
  }

  /** Needs no right but to be there: whoever belongs to an organisation may go, whatever their role. */
  @Handles(leaveOrganisation)
  async leave({ input: { organisationId: orgId }, caller, tx, emit }: OperationContext<typeof leaveOrganisation>) {
    const userId = personOf(caller);
    const own = tx.as({ orgId, userId });
    const rows = await lockMembers(own, [userId]);
    const member = rows.find((row) => row.user_id === userId);
    if (!member) throw notFound();
    refuseLastOwner(rows, member);
    await removeFrom(own, userId, emit);
    return {};
  }
}

/** Their invitations go with them. So do their keys: were these kept, an invitation back would bring them to life. */
async function removeFrom(tx: Tx, userId: string, emit: Emit): Promise<void> {
  await tx.query('delete from api_keys where org_id = $1 and created_by = $2', [tx.orgId, userId]);
  await tx.query('delete from members where org_id = $1 and user_id = $2', [tx.orgId, userId]);
  await tell(emit, { orgId: tx.orgId as string, userId, role: null, version: await nextVersion(tx) });
}

function refuseLastOwner(rows: readonly MemberRow[], { role }: MemberRow): void {
  if (role !== 'owner' || rows.filter((row) => row.role === 'owner').length > 1) return;
  throw lastOwner({}, 'Make somebody else an owner first.');
}

/** Both changes need the same scope. */
async function changeable(tx: Tx, caller: Caller, userId: string, role: Role | null): Promise<MemberRow> {
  const rows = await lockMembers(tx, [userId, caller.userId ?? userId]);
  const own = rows.find((row) => row.user_id === caller.userId)?.role;
  const giver = await giverAs(tx, own, caller, changeRole);
  const member = rows.find((row) => row.user_id === userId);
  if (!member) throw notFound();
  refuseLarger(giver, member.role);
  if (role) refuseLarger(giver, role);
  if (role !== 'owner') refuseLastOwner(rows, member);
  return member;
}

/** An invitation ends with the right of whoever made it. */
async function endInvitations(tx: Tx, inviter: string, role: Role): Promise<void> {
  const over = Role.options.filter((invited) => !mayInvite({ role, scopes: ROLE_SCOPES[role] }, invited));
  await tx.query('delete from invitations where org_id = $1 and invited_by = $2 and role = any($3)', [
    tx.orgId,
    inviter,
    over,
  ]);
}

async function tell(
  emit: Emit,
  { version, ...change }: { orgId: string; userId: string; role: Role | null; version: number },
): Promise<void> {
  const { orgId } = change;
  await emit(memberChanged, change, { orgId });
  const id = `${change.orgId}:${change.userId}`;
  await emit(accessRevoked, { kind: 'member', id, version, at: new Date().toISOString() }, { orgId });
}
