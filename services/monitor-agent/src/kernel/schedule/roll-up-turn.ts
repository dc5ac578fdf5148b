import type { TenantDatabase } from '@tidegate/database/tenant-database';
import { each } from '@tidegate/runtime/each';
import type { Log } from '@tidegate/telemetry/log';
import { dueUntil, rollUpBackward, rollUpForward } from '../storage/roll-up.ts';
import { type RolledSums, type ServerToRollUp, serversToRollUp } from '../storage/rolled-ranges.rows.ts';
import { organisationsWithServers } from './lease.rows.ts';

/** Of a turn's interval that may be spent on what was there before: others use the database as well. */
const BACKLOG_MS = 30_000;

/**
 * Adds up the hours that have ended, each soon after its end, then, with the time that is left of a turn, a day at a time of what was
 * stored before there were sums. A step is a transaction that counts and says how far it has come, under a lock on the server's
 * sums: whatever interrupts it, and however many replicas try, it is done or it is not.
 */
export async function rollUpTurn(
  tenants: TenantDatabase,
  sums: RolledSums,
  { now, signal, log, what }: { now: () => number; signal: AbortSignal; log: Log; what: string },
): Promise<void> {
  const began = performance.now();
  const organisations = await tenants.system('retention', organisationsWithServers);
  const how = { signal, log, what };
  const due = new Date(dueUntil(now()));
  const servers: (ServerToRollUp & { orgId: string })[] = [];
  await each(
    organisations.map((orgId) => ({ orgId })),
    how,
    async ({ orgId }) => {
      const found = await tenants.read(orgId, (tx) => serversToRollUp(tx, sums, due));
      servers.push(...found.map((one) => ({ orgId, ...one })));
    },
  );
  await each(servers, how, async ({ orgId, serverId }) => {
    let more = true;
    while (more && !signal.aborted) more = await tenants.run(orgId, (tx) => rollUpForward(tx, sums, serverId, now()));
  });
  // A day of each, and again: nobody waits for the year of another.
  let left = servers.filter(({ backlog }) => backlog);
  while (left.length > 0 && !signal.aborted && performance.now() - began < BACKLOG_MS) {
    const unfinished: typeof servers = [];
    await each(left, how, async (server) => {
      if (performance.now() - began > BACKLOG_MS) return;
      const { orgId, serverId } = server;
      if (await tenants.run(orgId, (tx) => rollUpBackward(tx, sums, serverId))) unfinished.push(server);
    });
    left = unfinished;
  }
}
