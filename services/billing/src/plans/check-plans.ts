import { Controller } from '@nestjs/common';
import { diffPlans, validatePlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { compareCatalogue } from './apply-catalogue.ts';
import { refOf } from './catalogue-diff.rules.ts';
import { parseCatalogue } from './parse-catalogue.ts';

/** What an operator asks before applying a catalogue: is it valid, and what would it change? */
@Controller()
export class CheckPlans {
  @Handles(validatePlans)
  async validate({ input, refuse }: OperationContext<typeof validatePlans>) {
    const { products, plans, features, addons, packages } = parseCatalogue(refuse, input.yaml);
    return {
      products: products.map(({ product }) => product),
      plans: plans.map(({ product, plan }) => refOf(product, plan)),
      features: features.map(({ key }) => key),
      addons: addons.map(({ addon }) => addon),
      packages: packages.map((one) => one.package),
    };
  }

  @Handles(diffPlans)
  async diff({ input, tx, refuse }: OperationContext<typeof diffPlans>) {
    const { diff } = await compareCatalogue(tx.as({ system: 'catalogue' }), input.yaml, refuse);
    return diff;
  }
}
