import { Injectable } from '@nestjs/common';
import { validatePlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { parseCatalogue } from './parse-catalogue.ts';

@Injectable()
export class ValidatePlans {
  @Handles(validatePlans)
  async handle({ input, refuse }: OperationContext<typeof validatePlans>) {
    const { plans, features } = parseCatalogue(refuse, input.yaml);
    return { plans: plans.map((plan) => plan.plan), features: features.map((feature) => feature.key) };
  }
}
