import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { accessRevoked } from '@tidegate/contracts/identity/tokens';
import { noteDeleted } from '@tidegate/database/deleted-organisations';
import { findMoving, isDeleted, type Moving, withdraw } from '@tidegate/database/move/moving-organisations';
import type { Tx } from '@tidegate/database/tx';
import { deleteOrganisation } from '@tidegate/identity/organisations/organisation.rows';
import { Outbox } from '@tidegate/messaging/outbox';
import type { Settings } from '@tidegate/runtime/settings';
import { alone } from '../rotate-keys.ts';
import { moving } from './freeze.ts';
import { type MovingService, serviceOf } from './moving-services.ts';

/** left: deleted at its former home. gone: it was before. withdrawn: an import that was given up is undone. */
export type Removed = 'left' | 'gone' | 'withdrawn';

/** Deletes what a move has left behind: all of it at its former home, or half of it where its import was given up. */
export async function removeOrganisation(
  settings: Settings,
  services: readonly MovingService[],
  orgId: string,
): Promise<Removed> {
  // An import that still runs would lose what it has brought.
  return alone(settings.database.adminUrl, async () => {
    const identity = serviceOf(services, 'identity');
    if (await isDeleted(identity.tenants.reader({}), orgId)) return 'gone';
    const states = await statesOf(services, orgId);
    const isOnly = (state: Moving['state']) => states.every((one) => one === undefined || one === state);
    if (states.includes('arriving') && isOnly('arriving')) {
      for (const one of services) await withdrawFrom(one, orgId);
      return 'withdrawn';
    }
    requireFrozen(states, orgId);
    await moving(identity.tenants, orgId, (tx) => leave(tx, orgId));
    return 'left';
  });
}

async function statesOf(services: readonly MovingService[], orgId: string): Promise<(Moving['state'] | undefined)[]> {
  const states: (Moving['state'] | undefined)[] = [];
  for (const { tenants } of services) states.push((await findMoving(tenants.reader({}), orgId))?.state);
  return states;
}

/** In all services: one that does not know it would end its customer at Stripe, and may have gone on. */
function requireFrozen(states: readonly (Moving['state'] | undefined)[], orgId: string): void {
  if (states.every((state) => state === 'frozen')) return;
  const half = states.includes('frozen');
  throw new Error(
    half
      ? `${orgId} is frozen in some services only: a freeze or a thaw was interrupted. Nothing was changed.\n  Fix: npx tidegate organisations thaw ${orgId} lets it go on here; npx tidegate organisations export ${orgId} --freeze freezes it again.`
      : `${orgId} is not frozen here, so it has not moved. Nothing was changed.\n  Fix: npx tidegate organisations export ${orgId} --freeze; its owner deletes what does not move.`,
  );
}

/** As its owner would delete it (`EndOrganisation`), who cannot while it is frozen. Its customer at Stripe stays: somebody else goes on with it. */
async function leave(tx: Tx, orgId: string): Promise<void> {
  // The relay looks for what is to be sent by itself.
  const outbox = new Outbox('identity', () => undefined);
  await deleteOrganisation(tx);
  await outbox.emit(tx, accessRevoked, { kind: 'organisation', id: orgId, at: new Date().toISOString() }, orgId);
  await noteDeleted(tx, orgId);
  await outbox.emit(tx, organisationDeleted, { orgId }, orgId);
}

/** Each service in one transaction, so that one that was interrupted goes on with the others. */
const withdrawFrom = ({ tenants, tables, queues, arrival }: MovingService, orgId: string): Promise<void> =>
  moving(tenants, orgId, async (tx) => {
    if ((await findMoving(tx, orgId))?.state !== 'arriving') return;
    await withdraw(tx, orgId, [...tables, ...queues]);
    if (arrival.withdrawn) await tx.query(arrival.withdrawn, [orgId]);
  });
