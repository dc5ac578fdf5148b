import { Controller } from '@nestjs/common';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findTimeZone } from '../entitlements/entitlement-snapshot.rows.ts';
import { findSums } from './sums.rows.ts';

@Controller()
export class SumUsage {
  @Handles(sumUsage)
  async handle({ input, caller, tx }: OperationContext<typeof sumUsage>) {
    const orgId = caller.orgId as string;
    const timeZone = await findTimeZone(tx, orgId);
    return findSums(tx, orgId, timeZone, input);
  }
}
