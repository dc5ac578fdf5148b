import { Controller } from '@nestjs/common';
import { currentEntitlements } from '@tidegate/contracts/billing/entitlements';
import { unavailable } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findEntitlements } from './entitlements.rows.ts';

@Controller()
export class CurrentEntitlements {
  @Handles(currentEntitlements)
  async handle({ caller, tx }: OperationContext<typeof currentEntitlements>) {
    const known = caller.orgId ? await findEntitlements(tx, caller.orgId) : undefined;
    if (!known) throw unavailable({ retryAfterSeconds: 1 }, 'The plan of this new organisation is being set up.');
    const { orgId: organisationId, ...rest } = known.snapshot;
    return { organisationId, ...rest };
  }
}
