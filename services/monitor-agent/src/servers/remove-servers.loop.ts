import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { deleteByDay, deleteByRows, type Run } from '../kernel/storage/delete-in-batches.rows.ts';
import { finishRemoval, type Removal, removals, type ServerTable, tablesOfServers } from './removal.rows.ts';

export const REMOVE_SERVERS = 'remove-servers';

/*
 * Deletes what was collected from servers that were removed. Their rows are hidden since, and nobody writes any more:
 * the lease went with the removal. Several replicas that do the same do no harm.
 */
@Injectable()
export class RemoveServers {
  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: REMOVE_SERVERS, everyMs: 300_000 })
  async turn({ signal }: Turn): Promise<void> {
    const due = await this.tenants.system('retention', removals);
    if (due.length === 0) return;
    const tables = await this.tenants.system('retention', tablesOfServers);
    const how = { signal, log: this.log, what: 'Deleting the data of a removed server' };
    await each(due, how, (one) => this.remove(one, tables, signal));
  }

  private async remove(
    { orgId, serverId }: Removal,
    tables: readonly ServerTable[],
    signal: AbortSignal,
  ): Promise<void> {
    const run: Run = (work) => this.tenants.run(orgId, work);
    for (const { name: table, key } of tables) {
      const doomed = { table, where: 'server_id = $2', value: serverId };
      const done = key ? deleteByDay(run, signal, { ...doomed, key }) : deleteByRows(run, signal, doomed);
      if (!(await done)) return;
    }
    await run((tx) => finishRemoval(tx, serverId));
  }
}
