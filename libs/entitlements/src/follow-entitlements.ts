import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { storeSnapshot } from './snapshot.rows.ts';

@Controller()
export class FollowEntitlements {
  @On(entitlementsChanged)
  async handle({ data, tx }: EventContext<typeof entitlementsChanged>): Promise<void> {
    await storeSnapshot(tx, data);
  }
}
