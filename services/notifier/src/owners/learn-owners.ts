import { Controller } from '@nestjs/common';
import { creatorOf, organisationCreated } from '@tidegate/contracts/identity/organisations';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { NIL_ID } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { insertOwner, listOrganisationsWithoutOwner } from './owner.rows.ts';

const BATCH = 100;

/**
 * Which person is behind an organisation: the queue is shared by persons. Until it is known, an organisation counts as
 * a person of its own.
 */
@Controller()
export class LearnOwners {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @On(organisationCreated)
  async created({ data: { ownerUserId }, tx }: EventContext<typeof organisationCreated>): Promise<void> {
    await insertOwner(tx, ownerUserId);
  }

  /**
   * For organisations that are older than these events. Page by page in one order, so that those that fail do not hold
   * up those behind them.
   */
  @Loop({ name: 'learn-owners', everyMs: 3_600_000 })
  async ask({ signal }: Turn): Promise<void> {
    const options = { signal, log: this.log, what: 'Asking for an owner' };
    let page = await this.pageAfter(NIL_ID);
    for (; page.length > 0 && !signal.aborted; page = await this.pageAfter(page.at(-1)?.org_id ?? NIL_ID)) {
      await each(page, options, async ({ org_id: orgId }) => {
        const userId = await this.creator(orgId);
        await this.tenants.run(orgId, (tx) => insertOwner(tx, userId));
      });
    }
  }

  private pageAfter(after: string): Promise<{ org_id: string }[]> {
    return this.tenants.system('upkeep', (tx) => listOrganisationsWithoutOwner(tx, after, BATCH));
  }

  /** An organisation that is being deleted has none and counts for itself. */
  private async creator(organisationId: string): Promise<string> {
    try {
      return (await this.bus.call(creatorOf, { organisationId })).userId;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'not_found') return organisationId;
      throw error;
    }
  }
}
