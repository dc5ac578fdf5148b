import { Controller } from '@nestjs/common';
import { currentEntitlements } from '@tidegate/contracts/billing/entitlements';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { beingSetUp } from '../kernel/being-set-up.ts';
import { findEntitlements } from './entitlements.rows.ts';

@Controller()
export class CurrentEntitlements {
  @Handles(currentEntitlements)
  async handle({ caller, tx }: OperationContext<typeof currentEntitlements>) {
    const known = caller.orgId ? await findEntitlements(tx, caller.orgId) : undefined;
    if (!known) throw beingSetUp();
    const { orgId: organisationId, ...rest } = known.snapshot;
    return { organisationId, ...rest };
  }
}
