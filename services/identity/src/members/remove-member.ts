import { memberChanged } from '@tidegate/contracts/identity/members';
import type { Role } from '@tidegate/contracts/identity/roles';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { deleteKeysOf } from '../kernel/api-key.rows.ts';
import { deleteMember, nextVersion } from '../kernel/member.rows.ts';

/** Their invitations and keys are deleted too: a later invitation would otherwise revive the keys. */
export async function removeFrom(tx: Tx, userId: string, emit: Emit): Promise<void> {
  await deleteKeysOf(tx, userId);
  await deleteMember(tx, userId);
  await emitChange(emit, { orgId: tx.orgId as string, userId, role: null, version: await nextVersion(tx) });
}

/** Another role, or none: tokens with the one before end. */
export async function emitChange(
  emit: Emit,
  { version, ...member }: { orgId: string; userId: string; role: Role | null; version: number },
): Promise<void> {
  const { orgId, userId, role } = member;
  await emit(memberChanged, { ...member, change: role === null ? 'left' : 'role' }, { orgId });
  const id = `${orgId}:${userId}`;
  await emit(accessRevoked, { kind: 'member', id, version, at: new Date().toISOString() }, { orgId });
}
