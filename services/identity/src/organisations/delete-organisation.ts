import { Injectable } from '@nestjs/common';
import { memberChanged } from '@tidegate/contracts/identity/members';
import { deleteOrganisation, organisationDeleted } from '@tidegate/contracts/identity/organisations';
import type { Role } from '@tidegate/contracts/identity/roles';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { invalid, notFound } from '@tidegate/contracts/kernel/problem';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { giverAs } from '../members/giver.ts';
import { refuseLarger } from '../members/hand-on.rules.ts';
import { nextVersion } from '../members/member.rows.ts';

/**
 * An organisation with its members, invitations and keys. Nobody gets in any more once this is committed; the other
 * services forget it when they hear of it.
 */
@Injectable()
export class DeleteOrganisation {
  @Handles(deleteOrganisation)
  async handle({ input, caller, tx, emit }: Call<typeof deleteOrganisation>) {
    const orgId = tx.orgId as string;
    const row = await tx.one<{ name: string }>('select name from organisations where org_id = $1 for update', [orgId]);
    if (!row) throw notFound();
    const members = await tx.query<{ user_id: string; role: Role }>(
      'select user_id, role from members where org_id = $1 order by user_id for update',
      [orgId],
    );
    const own = members.find((member) => member.user_id === caller.userId)?.role;
    refuseLarger(await giverAs(tx, own, caller, deleteOrganisation), 'owner');
    if (input.name !== cleanName(row.name)) {
      throw invalid('/name', 'not_the_name', `Repeat the organisation's name exactly to confirm: ${row.name}`);
    }
    await tx.query('delete from organisations where org_id = $1', [orgId]);
    const [version, at] = [await nextVersion(tx), new Date().toISOString()];
    for (const { user_id: userId } of members) {
      await emit(memberChanged, { orgId, userId, role: null });
      await emit(accessRevoked, { kind: 'member', id: `${orgId}:${userId}`, version, at });
    }
    await noteDeleted(tx, orgId);
    await emit(organisationDeleted, { orgId });
    return {};
  }
}
