import { Controller } from '@nestjs/common';
import type { Entitlements } from '@tidegate/contracts/billing/entitlements';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import type { Tx } from '@tidegate/database/tx';
import { type Emit, type EventContext, On } from '@tidegate/messaging/handler';
import { announceEntitlements } from '../entitlements/announce-entitlements.ts';
import { insertSubscription } from '../kernel/subscription.rows.ts';
import { requireCatalogue } from '../plans/catalogue.rows.ts';

/** Puts the organisation on the default plan unless it has a subscription already. `at` anchors its periods. */
export async function openSubscription(tx: Tx, emit: Emit, orgId: string, at: string): Promise<Entitlements> {
  const { plans } = await requireCatalogue(tx);
  const plan = plans.find((offer) => offer.isDefault);
  if (!plan) throw new Error('The catalogue has no default plan.');
  await insertSubscription(tx, { orgId, plan: plan.plan, planVersion: plan.version, periodAnchor: at });
  return announceEntitlements(tx, emit, orgId);
}

/** Every organisation starts on the default plan; its periods are counted from the moment it was created. */
@Controller()
export class OpenFreeSubscription {
  @On(organisationCreated)
  async handle({ data, event, tx, emit }: EventContext<typeof organisationCreated>): Promise<void> {
    await openSubscription(tx, emit, data.orgId, event.time);
  }
}
