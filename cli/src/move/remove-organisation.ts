import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { findMoving } from '@tidegate/database/move/moving-organisations';
import { deleteOrganisation } from '@tidegate/identity/organisations/organisation.rows';
import { Outbox } from '@tidegate/messaging/outbox';
import { moving } from './freeze.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/**
 * Deletes what a move has left behind, as its owner would delete it (`EndOrganisation`), who cannot while it is frozen. Its
 * customer at Stripe stays: somebody else goes on with it.
 */
export async function removeOrganisation(services: readonly MovingService[], orgId: string): Promise<void> {
  const { tenants } = serviceOf(services, 'identity');
  // The relay looks for what is to be sent by itself.
  const outbox = new Outbox('identity', () => undefined);
  await moving(tenants, orgId, async (tx) => {
    const { state } = (await findMoving(tx, orgId)) ?? {};
    if (state !== 'frozen')
      throw new Error(
        `${orgId} is not frozen here, so it has not moved. Nothing was changed.\n  Fix: npx tidegate organisations export ${orgId} --freeze; its owner deletes what does not move.`,
      );
    await deleteOrganisation(tx);
    await outbox.emit(tx, accessRevoked, { kind: 'organisation', id: orgId, at: new Date().toISOString() }, orgId);
    await noteDeleted(tx, orgId);
    await outbox.emit(tx, organisationDeleted, { orgId }, orgId);
  });
}
