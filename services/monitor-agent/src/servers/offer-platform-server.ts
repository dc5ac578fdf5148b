import { Injectable } from '@nestjs/common';
import { organisationCreated } from '@tidegate/contracts/identity/organisations';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { PlatformServer } from './platform-server.ts';

/**
 * The organisation that came first is the operator's: it gets the installation's own database as a first server, so
 * that there are figures to look at before anything was set up. No other organisation ever gets it by itself.
 */
@Injectable()
export class OfferPlatformServer {
  constructor(private readonly platform: PlatformServer) {}

  @On(organisationCreated)
  async handle({ tx, emit }: EventContext<typeof organisationCreated>): Promise<void> {
    const first = await tx.one(
      'insert into platform_offers (org_id) values ($1) on conflict do nothing returning org_id',
      [tx.orgId],
    );
    if (first && this.platform.isOffered) await this.platform.add(tx, emit);
  }
}
