import { Controller } from '@nestjs/common';
import { listPlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { requireCatalogue } from './catalogue.rows.ts';

/** What customers can choose. What only operators give is not shown. */
@Controller()
export class ListPlans {
  @Handles(listPlans)
  async handle({ tx }: OperationContext<typeof listPlans>) {
    const { version, currency, features, products, plans, addons, packages } = await requireCatalogue(tx);
    const offered = <T extends { offered: boolean }>(list: T[]) => list.filter((one) => one.offered);
    return {
      catalogueVersion: version,
      currency,
      features: features.map(({ kind: _kind, meter: _meter, cost: _cost, ...info }) => info),
      products: products.map((product) => ({
        ...product,
        plans: offered(plans).filter((plan) => plan.product === product.product),
        addons: offered(addons).filter((addon) => addon.product === product.product),
      })),
      packages: offered(packages),
    };
  }
}
