import { Injectable } from '@nestjs/common';
import { diffPlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { compareCatalogue } from './apply-catalogue.ts';

@Injectable()
export class DiffPlans {
  @Handles(diffPlans)
  async handle({ input, tx, refuse }: OperationContext<typeof diffPlans>) {
    const { diff } = await compareCatalogue(tx.as({ system: 'catalogue' }), input.yaml, refuse);
    return diff;
  }
}
