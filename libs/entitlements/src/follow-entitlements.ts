import { Controller } from '@nestjs/common';
import { entitlementsChanged } from '@tidegate/contracts/billing/entitlements';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { Entitlements } from './entitlements.ts';

@Controller()
export class FollowEntitlements {
  constructor(private readonly entitlements: Entitlements) {}

  @On(entitlementsChanged)
  async handle({ data, tx }: EventContext<typeof entitlementsChanged>): Promise<void> {
    await this.entitlements.store(tx, data);
  }
}
