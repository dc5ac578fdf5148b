import { organisationDeleted } from '@tidegate/contracts/identity/organisations';
import { forgetOrganisation } from '@tidegate/database/forget-organisation';
import { type Happened, On } from '@tidegate/messaging/handler';
import type { Log } from '@tidegate/telemetry/log';

/** In every service with a schema: what belongs to a deleted organisation is deleted with it. */
export class ForgetOrganisation {
  private readonly log: Log;

  constructor(log: Log) {
    this.log = log;
  }

  @On(organisationDeleted)
  async handle({ data: { orgId }, tx }: Happened<typeof organisationDeleted>): Promise<void> {
    const rows = await forgetOrganisation(tx, orgId);
    this.log.info({ orgId, rows }, 'A deleted organisation was forgotten');
  }
}
