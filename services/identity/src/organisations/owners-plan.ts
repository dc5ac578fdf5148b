import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { creatorOf } from '@tidegate/contracts/identity/organisations';
import { notFound } from '@tidegate/contracts/kernel/problem';
import { type EventContext, Handles, On, type OperationContext } from '@tidegate/messaging/handler';
import { findCreator, setPlans } from './organisation.rows.ts';

/** An organisation's creator and plans, by which the limits of one person are counted. */
@Controller()
export class OwnersPlan {
  @Handles(creatorOf)
  async creatorOf({ input: { organisationId }, tx }: OperationContext<typeof creatorOf>) {
    const userId = await findCreator(tx.as({ orgId: organisationId }));
    if (!userId) throw notFound();
    return { userId };
  }

  @On(entitlementsChanged)
  async storePlans({ data: { plans }, tx }: EventContext<typeof entitlementsChanged>): Promise<void> {
    await setPlans(
      tx,
      Object.entries(plans)
        // What is only tried is not paid for, or trials would make room for ever more organisations with trials.
        .filter(([, { status }]) => status !== 'trialing')
        .map(([product, { plan }]) => `${product}.${plan}`)
        .sort(),
    );
  }
}
