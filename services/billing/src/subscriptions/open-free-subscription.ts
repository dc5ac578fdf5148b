import { Injectable } from '@nestjs/common';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { openSubscription } from './open-subscription.ts';

/** Every organisation starts on the default plan; its periods are counted from the moment it was created. */
@Injectable()
export class OpenFreeSubscription {
  @On(organisationCreated)
  async handle({ data, event, tx, emit }: EventContext<typeof organisationCreated>): Promise<void> {
    await openSubscription(tx, emit, data.orgId, event.time);
  }
}
