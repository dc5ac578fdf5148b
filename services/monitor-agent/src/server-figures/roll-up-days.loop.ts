import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { organisationsWithServers } from '../kernel/schedule/lease.rows.ts';
import { rollUpDays, serversWithDueDays } from './server-days.rows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/*
 * Adds the hours of a day up an hour after its end, so that years are read from days. Of what lies further back, some days at
 * a time in a transaction of their own: whatever interrupts it, the next turn goes on.
 */
@Injectable()
export class RollUpDays {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'roll-up-days', everyMs: HOUR_MS })
  async turn({ signal }: Turn): Promise<void> {
    const before = new Date(Math.floor((this.now() - HOUR_MS) / DAY_MS) * DAY_MS);
    const organisations = await this.tenants.system('retention', organisationsWithServers);
    const how = { signal, log: this.log, what: 'Adding up days' };
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        const servers = await this.tenants.read(orgId, (tx) => serversWithDueDays(tx, before));
        await each(
          servers.map((serverId) => ({ serverId })),
          how,
          async ({ serverId }) => {
            let more = true;
            while (more && !signal.aborted)
              more = await this.tenants.run(orgId, (tx) => rollUpDays(tx, serverId, before));
          },
        );
      },
    );
  }
}
