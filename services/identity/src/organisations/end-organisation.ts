import { Injectable } from '@nestjs/common';
import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import type { Tx } from '@tidegate/database/tx';
import type { Emit } from '@tidegate/messaging/handler';
import { PURGE_ORGANISATIONS } from '@tidegate/runtime/purge-organisation';
import { Wakes } from '@tidegate/runtime/wakes';
import { deleteOrganisation } from './organisation.rows.ts';

/**
 * Deletes an organisation with its members, invitations and keys. Once this is committed nobody gets in; the other
 * services purge it when they receive the event.
 */
@Injectable()
export class EndOrganisation {
  constructor(private readonly wakes: Wakes) {}

  /** Of the transaction, whose row is locked. */
  async end(tx: Tx, emit: Emit): Promise<void> {
    const orgId = tx.orgId as string;
    await deleteOrganisation(tx);
    // One event for all members: an organisation of thousands must be as easy to delete as one of two.
    await emit(accessRevoked, { kind: 'organisation', id: orgId, at: new Date().toISOString() }, { orgId });
    await noteDeleted(tx, orgId);
    // Our own event finds the organisation already gone and does nothing.
    tx.onCommit(() => this.wakes.wake(PURGE_ORGANISATIONS));
    await emit(organisationDeleted, { orgId }, { orgId });
  }
}
