import { Injectable } from '@nestjs/common';
import { creatorOf, organisationCreated } from '@tidegate/contracts/identity/organisations';
import { ProblemError } from '@tidegate/contracts/kernel/problem';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import type { Tx } from '@tidegate/database/tx';
import { Bus } from '@tidegate/messaging/bus';
import { type EventContext, On } from '@tidegate/messaging/handler';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';

const BATCH = 100;
const NONE = '00000000-0000-0000-0000-000000000000';

/**
 * Which person is behind an organisation: the queue is shared out by persons. Until it is known an organisation counts
 * as a person of its own.
 */
@Injectable()
export class LearnOwners {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly bus: Bus,
    private readonly log: Log,
  ) {}

  @On(organisationCreated)
  async learn({ data: { orgId, ownerUserId }, tx }: EventContext<typeof organisationCreated>): Promise<void> {
    await keepOwner(tx, orgId, ownerUserId);
  }

  /**
   * For organisations whose beginning was not heard: those from before this service listened. Page by page in one
   * order, so that those that fail keep nobody behind them from being asked for.
   */
  @Loop({ name: 'learn-owners', everyMs: 3_600_000 })
  async ask({ signal }: Turn): Promise<void> {
    const options = { signal, log: this.log, what: 'Asking for an owner' };
    let page = await this.unknown(NONE);
    for (; page.length > 0 && !signal.aborted; page = await this.unknown(page.at(-1)?.org_id ?? NONE)) {
      await each(page, options, async ({ org_id }) => {
        const userId = await this.creator(org_id);
        await this.tenants.run(org_id, (tx) => keepOwner(tx, org_id, userId));
      });
    }
  }

  private unknown(after: string): Promise<{ org_id: string }[]> {
    return this.tenants.system('upkeep', (tx) =>
      tx.query<{ org_id: string }>(
        `select distinct org_id from channels c
          where org_id > $1 and not exists (select 1 from owners o where o.org_id = c.org_id)
          order by org_id limit ${BATCH}`,
        [after],
      ),
    );
  }

  /** Of an organisation that is being deleted nobody: itself. */
  private async creator(organisationId: string): Promise<string> {
    try {
      return (await this.bus.call(creatorOf, { organisationId })).userId;
    } catch (error) {
      if (error instanceof ProblemError && error.code === 'not_found') return organisationId;
      throw error;
    }
  }
}

const keepOwner = (tx: Tx, orgId: string, userId: string) =>
  tx.query('insert into owners (org_id, user_id) values ($1, $2) on conflict do nothing', [orgId, userId]);
