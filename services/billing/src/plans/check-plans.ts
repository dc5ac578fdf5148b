import { Controller } from '@nestjs/common';
import { diffPlans, validatePlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { compareCatalogue } from './apply-catalogue.ts';
import { parseCatalogue } from './parse-catalogue.ts';

/** What an operator asks before applying a catalogue: is it valid, and what would it change? */
@Controller()
export class CheckPlans {
  @Handles(validatePlans)
  async validate({ input, refuse }: OperationContext<typeof validatePlans>) {
    const { plans, features } = parseCatalogue(refuse, input.yaml);
    return { plans: plans.map((plan) => plan.plan), features: features.map((feature) => feature.key) };
  }

  @Handles(diffPlans)
  async diff({ input, tx, refuse }: OperationContext<typeof diffPlans>) {
    const { diff } = await compareCatalogue(tx.as({ system: 'catalogue' }), input.yaml, refuse);
    return diff;
  }
}
