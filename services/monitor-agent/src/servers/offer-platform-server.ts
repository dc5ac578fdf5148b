import { Controller } from '@nestjs/common';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { PlatformServer } from './platform-server.ts';
import { claimPlatformOffer } from './server.rows.ts';

/**
 * The organisation that came first is the operator's: it gets the installation's own database as a first server, so
 * that there are figures to see before anything is set up. No other organisation ever gets it by itself.
 */
@Controller()
export class OfferPlatformServer {
  constructor(private readonly platform: PlatformServer) {}

  @On(organisationCreated)
  async handle({ data, tx, emit }: EventContext<typeof organisationCreated>): Promise<void> {
    if (data.demo) return;
    if ((await claimPlatformOffer(tx)) && this.platform.isOffered) await this.platform.add(tx, emit);
  }
}
