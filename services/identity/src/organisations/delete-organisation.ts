import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { deleteOrganisation, organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { forbidden, invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { afterCommit } from '../members/after-commit.ts';

/**
 * An organisation with its members, invitations and keys. Nobody gets in any more once this is committed; the other
 * services forget it when they hear of it.
 */
@Injectable()
export class DeleteOrganisation {
  @Handles(deleteOrganisation)
  async handle({ input, caller, tx, emit }: Call<typeof deleteOrganisation>) {
    const orgId = tx.orgId as string;
    if (caller.role !== 'owner') throw forbidden({}, 'Only an owner deletes an organisation.');
    const row = await tx.one<{ name: string }>('select name from organisations where org_id = $1 for update', [orgId]);
    if (!row) throw notFound();
    if (input.name !== cleanName(row.name)) {
      throw invalid('/name', 'not_the_name', `Repeat the organisation's name exactly to confirm: ${row.name}`);
    }
    const members = await tx.query<{ user_id: string }>('select user_id from members where org_id = $1 for update', [
      orgId,
    ]);
    await tx.query('delete from organisations where org_id = $1', [orgId]);
    const at = afterCommit();
    for (const { user_id: userId } of members) {
      await emit(memberChanged, { orgId, userId, role: null });
      await emit(accessRevoked, { kind: 'member', id: `${orgId}:${userId}`, at });
    }
    await noteDeleted(tx, orgId);
    await emit(organisationDeleted, { orgId });
    return {};
  }
}
