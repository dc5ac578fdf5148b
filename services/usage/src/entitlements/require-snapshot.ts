import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { AskFirst } from '@tidegate/database/ask-first';
import type { Tx } from '@tidegate/database/tx';
import type { Bus } from '@tidegate/messaging/bus';
import { findAccount, saveAccount } from './entitlement-snapshot.rows.ts';

/** The organisation's snapshot; asked of billing when its event has not arrived yet. */
export async function requireAccount(tx: Tx, bus: Bus): Promise<Entitlements> {
  return (await findAccount(tx, owner(tx))) ?? (await bus.call(getEntitlements, {}, { orgId: owner(tx) }));
}

/** The same in a transaction, and kept, so that what is written now finds the organisation's anchor and quotas. */
export async function keepAccount(tx: Tx, bus: Bus): Promise<Entitlements> {
  const known = await findAccount(tx, owner(tx));
  if (known) return known;
  throw asked(bus, owner(tx));
}

const asked = (bus: Bus, orgId: string) =>
  new AskFirst(async () => {
    const fetched = await bus.call(getEntitlements, {}, { orgId });
    return (tx) => saveAccount(tx.as({ orgId }), fetched);
  });

function owner({ orgId }: Tx): string {
  if (!orgId) throw forbidden({}, 'Usage belongs to an organisation: call with one.');
  return orgId;
}
