import { Controller } from '@nestjs/common';
import { listPlans, type Plan } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireCatalogue } from './catalogue.rows.ts';

@Controller()
export class ListPlans {
  @Handles(listPlans)
  async handle({ tx }: OperationContext<typeof listPlans>) {
    const { version, features, plans } = await requireCatalogue(tx);
    return {
      catalogueVersion: version,
      features: features.map(({ kind: _kind, ...info }) => info),
      items: plans satisfies Plan[],
    };
  }
}
