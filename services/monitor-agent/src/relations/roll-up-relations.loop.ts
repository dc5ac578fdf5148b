import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import { Loop, type Turn } from '@tidegate/runtime/loop';
import { Log } from '@tidegate/telemetry/log';
import { organisationsWithServers } from '../kernel/schedule/lease.rows.ts';
import { type ServerToRollUp, serversToRollUp } from './relation-rollups.rows.ts';
import { dueUntil, rollUpBackward, rollUpForward } from './roll-up-relations.ts';

/** Of a turn's interval that may be spent on what was there before: others use the database as well. */
const BACKLOG_MS = 30_000;

/*
 * Adds up what databases, tables and indexes counted: each hour soon after its end, then, with the time that is left of a
 * turn, a day at a time of what was stored before there were sums. A step is a transaction that counts and says how far it has
 * come, under a lock on the server's sums: whatever interrupts it, and however many replicas try, it is done or it is not.
 */
@Injectable()
export class RollUpRelations {
  now = (): number => Date.now();

  constructor(
    private readonly tenants: TenantDatabase,
    private readonly log: Log,
  ) {}

  @Loop({ name: 'roll-up-relations', everyMs: 300_000 })
  async turn({ signal }: Turn): Promise<void> {
    const began = performance.now();
    const organisations = await this.tenants.system('retention', organisationsWithServers);
    const how = { signal, log: this.log, what: 'Adding up tables and indexes' };
    const due = new Date(dueUntil(this.now()));
    const servers: (ServerToRollUp & { orgId: string })[] = [];
    await each(
      organisations.map((orgId) => ({ orgId })),
      how,
      async ({ orgId }) => {
        const found = await this.tenants.read(orgId, (tx) => serversToRollUp(tx, due));
        servers.push(...found.map((one) => ({ orgId, ...one })));
      },
    );
    await each(servers, how, async ({ orgId, serverId }) => {
      let more = true;
      while (more && !signal.aborted)
        more = await this.tenants.run(orgId, (tx) => rollUpForward(tx, serverId, this.now()));
    });
    // A day of each, and again: nobody waits for the year of another.
    let left = servers.filter(({ backlog }) => backlog);
    while (left.length > 0 && !signal.aborted && performance.now() - began < BACKLOG_MS) {
      const unfinished: typeof servers = [];
      await each(left, how, async (server) => {
        if (performance.now() - began > BACKLOG_MS) return;
        const { orgId, serverId } = server;
        if (await this.tenants.run(orgId, (tx) => rollUpBackward(tx, serverId))) unfinished.push(server);
      });
      left = unfinished;
    }
  }
}
