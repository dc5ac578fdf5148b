import { Injectable } from '@nestjs/common';
import { applyPlans } from '@tidegate/contracts/billing/plans';
import { Tenants } from '@tidegate/database/tenants';
import { type Call, Handles } from '@tidegate/messaging/handler';
import { Outbox } from '@tidegate/messaging/outbox';
import { applyCatalogue } from './apply-catalogue.ts';

/** The catalogue belongs to no organisation, and the diff counts everybody's subscriptions: hence the system transaction. */
@Injectable()
export class ApplyPlans {
  constructor(
    private readonly tenants: Tenants,
    private readonly outbox: Outbox,
  ) {}

  @Handles(applyPlans)
  handle({ input }: Call<typeof applyPlans>) {
    return this.tenants.system('catalogue', (tx) => applyCatalogue(tx, this.outbox.emitter(tx), input));
  }
}
