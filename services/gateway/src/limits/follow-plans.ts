import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { entitlementsPulse } from '@tidegate/contracts/billing/entitlements';
import { LiveTopics } from '@tidegate/messaging/live-topics';
import { Quota } from './quota.ts';

/** Another plan holds at once: what is held of an organisation's quota ends, also after a time in which nothing was heard. */
@Injectable()
export class FollowPlans implements OnApplicationBootstrap {
  constructor(
    private readonly topics: LiveTopics,
    private readonly quota: Quota,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.topics.follow(entitlementsPulse.topic, (orgId) => this.quota.planChanged(orgId));
    this.topics.onGap(() => this.quota.planChanged());
    await this.topics.ready();
  }
}
