import { serverReachable, serverUnreachable } from '@tidegate/contracts/monitor-agent/server';
import type { Tx } from '@tidegate/database/tx';
import type { FailureCode } from '../kernel/connection/connection-failure.rules.ts';
import { markFailed, markReached } from '../servers/server.rows.ts';
import type { CollectorTools } from './collector-tools.ts';

/** A snapshot succeeded: the row says `ok`, and whoever heard that the server was away hears that it is back. */
export async function emitReachable(tx: Tx, serverId: string, tools: CollectorTools): Promise<void> {
  const news = await markReached(tx, serverId);
  if (news?.before !== 'unreachable') return;
  const now = tools.now();
  const unreachableSeconds = Math.max(0, Math.round((now - news.since.getTime()) / 1_000));
  const since = new Date(now).toISOString();
  await tools.outbox.emit(tx, serverReachable, { serverId, name: news.name, since, unreachableSeconds });
}

/** An attempt failed: the row says why; after enough of them in a row everybody hears of it, once. */
export async function emitUnreachable(
  tx: Tx,
  serverId: string,
  tools: CollectorTools,
  { code, unreachable }: { code: FailureCode; unreachable: boolean },
): Promise<void> {
  const news = await markFailed(tx, serverId, code, unreachable);
  if (!news) return;
  tools.log.warn({ serverId, code }, 'A server is unreachable');
  await tools.outbox.emit(tx, serverUnreachable, { serverId, name: news.name, since: news.since.toISOString(), code });
}
