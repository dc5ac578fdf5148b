import { Injectable } from '@nestjs/common';
import {
  changeRole,
  lastOwner,
  listMembers,
  type Member,
  memberChanged,
  removeMember,
  roleTooHigh,
} from '@tidegate/contracts/identity/members';
import { mayGrant, type Role } from '@tidegate/contracts/identity/roles';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Caller } from '@tidegate/contracts/kernel/caller';
import { notFound } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import { type Call, type Emit, Handles } from '@tidegate/messaging/handler';
import { afterCommit } from './after-commit.ts';
import { countOwners, listMemberRows, lockMember, type MemberRow, toWire } from './member.rows.ts';

/** Who belongs to the organisation, and as what. Whatever takes rights away also revokes the tokens that carry them. */
@Injectable()
export class ManageMembers {
  @Handles(listMembers)
  async list({ tx }: Call<typeof listMembers>) {
    return { items: (await listMemberRows(tx)).map(toWire) };
  }

  @Handles(changeRole)
  async changeRole({ input, caller, tx, emit }: Call<typeof changeRole>): Promise<Member> {
    const member = await changeable(tx, caller, input.userId, input.role);
    await tx.query('update members set role = $3 where org_id = $1 and user_id = $2', [
      tx.orgId,
      input.userId,
      input.role,
    ]);
    await tell(tx, emit, input.userId, input.role);
    return toWire({ ...member, role: input.role });
  }

  @Handles(removeMember)
  async remove({ input, caller, tx, emit }: Call<typeof removeMember>) {
    await changeable(tx, caller, input.userId, null);
    await tx.query('delete from members where org_id = $1 and user_id = $2', [tx.orgId, input.userId]);
    // Their keys are dead already; were they kept, an invitation back would bring old keys to life again.
    await tx.query('delete from api_keys where org_id = $1 and created_by = $2', [tx.orgId, input.userId]);
    await tell(tx, emit, input.userId, null);
    return {};
  }
}

async function changeable(tx: Tx, caller: Caller, userId: string, role: Role | null): Promise<MemberRow> {
  const owners = await countOwners(tx);
  const member = await lockMember(tx, userId);
  if (!member) throw notFound();
  const own = (caller.role ?? 'viewer') as Role;
  if (!mayGrant(own, member.role) || (role && !mayGrant(own, role))) {
    throw roleTooHigh({}, `You are ${own}, and this concerns the role ${role ?? member.role}.`);
  }
  if (member.role === 'owner' && role !== 'owner' && owners <= 1) {
    throw lastOwner({}, 'Make somebody else an owner first.');
  }
  return member;
}

async function tell(tx: Tx, emit: Emit, userId: string, role: Role | null): Promise<void> {
  const orgId = tx.orgId as string;
  await emit(memberChanged, { orgId, userId, role });
  const at = role === null ? afterCommit() : new Date().toISOString();
  await emit(accessRevoked, { kind: 'member', id: `${orgId}:${userId}`, at });
}
