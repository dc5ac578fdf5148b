import { Controller } from '@nestjs/common';
import { sumUsage } from '@tidegate/contracts/usage/sums';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findCovered, findSums } from './sums.rows.ts';

/** All of one moment: what is charged and what paid for the rest add up to what was used. */
@Controller()
export class SumUsage {
  constructor(private readonly tenants: TenantDatabase) {}

  @Handles(sumUsage)
  handle({ input, caller }: OperationContext<typeof sumUsage>) {
    const orgId = caller.orgId as string;
    return this.tenants.snapshot(orgId, async (tx) => {
      const sums = await findSums(tx, orgId, input);
      return input.covered ? { ...sums, covered: await findCovered(tx, orgId, input.spans) } : sums;
    });
  }
}
