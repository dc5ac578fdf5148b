import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import type { Tx } from '@tidegate/database/tx';
import type { Bus } from '@tidegate/messaging/bus';
import { findAccount } from './account.rows.ts';

/** The organisation's snapshot; asked of billing when its event has not arrived yet. */
export async function requireAccount(tx: Tx, bus: Bus): Promise<Entitlements> {
  const { orgId } = tx;
  if (!orgId) throw forbidden({}, 'Usage belongs to an organisation: call with one.');
  return (await findAccount(tx, orgId)) ?? (await bus.call(getEntitlements, {}, { orgId }));
}
