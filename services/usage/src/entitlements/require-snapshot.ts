import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { AskFirst } from '@tidegate/database/ask-first';
import type { Tx } from '@tidegate/database/tx';
import type { Bus } from '@tidegate/messaging/bus';
import { findSnapshot, storeSnapshot } from './entitlement-snapshot.rows.ts';

/** The organisation's entitlement snapshot; billing is asked when its event has not arrived yet. */
export async function requireSnapshot(tx: Tx, bus: Bus): Promise<Entitlements> {
  return (await findSnapshot(tx, owner(tx))) ?? (await bus.call(getEntitlements, {}, { orgId: owner(tx) }));
}

/** The same, stored first, so that writes in this transaction find the organisation's anchor and quotas. */
export async function requireStoredSnapshot(tx: Tx, bus: Bus): Promise<Entitlements> {
  const known = await findSnapshot(tx, owner(tx));
  if (known) return known;
  throw fetchFirst(bus, owner(tx));
}

const fetchFirst = (bus: Bus, orgId: string) =>
  new AskFirst(async () => {
    const fetched = await bus.call(getEntitlements, {}, { orgId });
    return (tx) => storeSnapshot(tx.as({ orgId }), fetched);
  });

function owner({ orgId }: Tx): string {
  if (!orgId) throw forbidden({}, 'Usage belongs to an organisation: call with one.');
  return orgId;
}
