import { serverReachable, serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import type { Tx } from '@tidegate/database/tx';
import type { FailureCode } from '../kernel/connection/connection-failure.rules.ts';
import { markFailed, markReached } from '../servers/server.rows.ts';
import type { CollectorTools } from './collector-tools.ts';

/** A snapshot succeeded: the row says `ok`, and the event that it is reachable again follows the one that it was not. */
export async function emitReachable(tx: Tx, serverId: string, tools: CollectorTools): Promise<void> {
  const change = await markReached(tx, serverId);
  if (change?.before !== 'unreachable') return;
  const now = tools.now();
  const unreachableSeconds = Math.max(0, Math.round((now - change.since.getTime()) / 1_000));
  const since = new Date(now).toISOString();
  await tools.outbox.emit(tx, serverReachable, { serverId, name: change.name, since, unreachableSeconds });
}

/** An attempt failed: the row says why; after enough of them in a row the event is emitted, once. */
export async function emitUnreachable(
  tx: Tx,
  serverId: string,
  tools: CollectorTools,
  { code, unreachable }: { code: FailureCode; unreachable: boolean },
): Promise<void> {
  const change = await markFailed(tx, serverId, code, unreachable);
  if (!change) return;
  tools.log.warn({ serverId, code }, 'A server is unreachable');
  await tools.outbox.emit(tx, serverUnreachable, {
    serverId,
    name: change.name,
    since: change.since.toISOString(),
    code,
  });
}
