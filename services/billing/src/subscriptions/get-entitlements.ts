import { Injectable } from '@nestjs/common';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';
import { openSubscription } from './open-subscription.ts';

/**
 * A service may ask before the event of the new organisation has arrived here: then the subscription begins now. Not
 * for one that was deleted: no transaction begins for it.
 */
@Injectable()
export class GetEntitlements {
  @Handles(getEntitlements)
  async handle({ caller, tx, emit }: OperationContext<typeof getEntitlements>) {
    if (!caller.orgId) throw forbidden({}, 'Entitlements belong to an organisation: call with { orgId }.');
    const known = await findEntitlements(tx, caller.orgId);
    return known?.snapshot ?? openSubscription(tx, emit, caller.orgId, new Date().toISOString());
  }
}
