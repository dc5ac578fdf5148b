import { Controller } from '@nestjs/common';
import { deleteOrganisation, organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { cleanName } from '@tidegate/contracts/kernel/name';
import { invalid } from '@tidegate/contracts/kernel/problem';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { orNotFound } from '@tidegate/database/paging';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { PURGE_ORGANISATIONS } from '@tidegate/runtime/purge-organisation';
import { Wakes } from '@tidegate/runtime/wakes';
import { requireMayGrant } from '../kernel/delegation.rules.ts';
import { grantorOf } from '../kernel/grantor.ts';
import { deleteOrganisation as deleteRow, lockOrganisation } from './organisation.rows.ts';

/**
 * Deletes an organisation with its members, invitations and keys. Once this is committed nobody gets in; the other
 * services purge it when they receive the event.
 */
@Controller()
export class DeleteOrganisation {
  constructor(private readonly wakes: Wakes) {}

  @Handles(deleteOrganisation)
  async handle({ input, caller, tx, emit, refuse }: OperationContext<typeof deleteOrganisation>) {
    const orgId = tx.orgId as string;
    const row = orNotFound(await lockOrganisation(tx));
    requireMayGrant(refuse, await grantorOf(tx, caller, deleteOrganisation), 'owner');
    if (input.name !== cleanName(row.name)) {
      throw invalid('/name', 'not_the_name', `Repeat the organisation's name exactly to confirm: ${row.name}`);
    }
    await deleteRow(tx);
    // One event for all members: an organisation of thousands must be as easy to delete as one of two.
    await emit(accessRevoked, { kind: 'organisation', id: orgId, at: new Date().toISOString() });
    await noteDeleted(tx, orgId);
    // Our own event finds the organisation already gone and does nothing.
    tx.onCommit(() => this.wakes.wake(PURGE_ORGANISATIONS));
    await emit(organisationDeleted, { orgId });
    return {};
  }
}
