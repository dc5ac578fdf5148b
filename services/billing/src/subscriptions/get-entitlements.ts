import { Controller } from '@nestjs/common';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { openSubscription } from './open-subscription.ts';

/**
 * A service may ask before the event of a new organisation has arrived here: then the subscription starts now. This cannot
 * revive a deleted organisation, for which no transaction begins.
 */
@Controller()
export class GetEntitlements {
  @Handles(getEntitlements)
  async handle({ caller, tx, emit }: OperationContext<typeof getEntitlements>) {
    if (!caller.orgId) throw forbidden({}, 'Entitlements belong to an organisation: call with { orgId }.');
    const known = await findEntitlements(tx, caller.orgId);
    return known?.snapshot ?? openSubscription(tx, emit, caller.orgId, new Date().toISOString());
  }
}
