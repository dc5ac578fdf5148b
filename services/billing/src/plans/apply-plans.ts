import { Controller } from '@nestjs/common';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { Handles, type OperationContext } from '@tidegate/messaging/handler';
import { Wakes } from '@tidegate/runtime/wakes';
import { applyCatalogue } from './apply-catalogue.ts';

/** The catalogue belongs to no organisation and its diff counts all subscriptions, so the transaction sees all of them. */
@Controller()
export class ApplyPlans {
  constructor(private readonly wakes: Wakes) {}

  @Handles(applyPlans)
  handle({ input, tx, emit, refuse }: OperationContext<typeof applyPlans>) {
    tx.onCommit(() => this.wakes.wake('refresh-entitlements'));
    return applyCatalogue({ tx: tx.as({ system: 'catalogue' }), emit, refuse }, input);
  }
}
