import { type Entitlements, getEntitlements } from '@tidegate/contracts/billing/entitlements';
import type { Operation } from '@tidegate/contracts/kernel/operation';
import { notFound, unavailable } from '@tidegate/contracts/kernel/problem';
import type { Bus, CallOptions } from '@tidegate/messaging/bus';

/** Identity and billing, as far as they say who has signed up. */
export function neighbours() {
  const state = {
    /** Who exists; `gone`: deleted since identity was asked. */
    signedUp: new Map<string, Entitlements>(),
    asked: [] as string[],
    away: false,
    bus: undefined as unknown as Bus,
  };
  const call = async (
    operation: Operation,
    input: { organisationIds?: string[] },
    { orgId = '' }: CallOptions = {},
  ) => {
    if (state.away) throw unavailable();
    state.asked.push(operation.name);
    const { organisationIds = [] } = input;
    if (operation !== getEntitlements)
      return { items: organisationIds.filter((id) => state.signedUp.has(id)).map((id) => ({ id })) };
    const found = state.signedUp.get(orgId);
    if (!found || 'gone' in found) throw notFound();
    return found;
  };
  state.bus = { call } as unknown as Bus;
  return state;
}
