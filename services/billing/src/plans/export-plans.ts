import { Controller } from '@nestjs/common';
import { exportPlans } from '@tidegate/contracts/billing/plans';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { findSource } from './catalogue.rows.ts';

@Controller()
export class ExportPlans {
  @Handles(exportPlans)
  async handle({ input, tx }: OperationContext<typeof exportPlans>) {
    const found = await findSource(tx, input.version);
    if (!found)
      throw notFound(undefined, 'No catalogue has this version. GET /api/v1/billing/plans tells the one in force.');
    return { catalogueVersion: found.version, appliedAt: found.applied_at.toISOString(), yaml: found.source };
  }
}
