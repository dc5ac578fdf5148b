import { Controller } from '@nestjs/common';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { AnnounceEntitlements } from '../entitlements/announce-entitlements.ts';
import { noteDemo } from '../kernel/demo.rows.ts';

/** Every organisation starts on the default plans; its periods are counted from the moment it was created. */
@Controller()
export class OpenFreeSubscription {
  constructor(private readonly entitlements: AnnounceEntitlements) {}

  @On(organisationCreated)
  async handle({ data, event, tx, emit }: EventContext<typeof organisationCreated>): Promise<void> {
    if (data.demo) await noteDemo(tx, data.orgId);
    await this.entitlements.announce(tx, emit, data.orgId, Date.parse(event.time));
  }
}
