import { Controller } from '@nestjs/common';
import { getEntitlements } from '@tidegate/contracts/billing/entitlements';
import { forbidden } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { findEntitlements } from '../entitlements/entitlements.rows.ts';

/**
 * A service may ask before the event of a new organisation has arrived here: then its subscriptions start now. This cannot
 * revive a deleted organisation, for which no transaction begins.
 */
@Controller()
export class GetEntitlements {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @Handles(getEntitlements)
  async handle({ caller, tx, emit }: OperationContext<typeof getEntitlements>) {
    if (!caller.orgId) throw forbidden({}, 'Entitlements belong to an organisation: call with { orgId }.');
    const known = await findEntitlements(tx, caller.orgId);
    return known?.snapshot ?? this.entitlements.announce(tx, emit, caller.orgId);
  }
}
