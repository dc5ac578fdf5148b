import type { Operation } from '@tidegate/contracts/kernel/operation';
import { topStatements } from '@tidegate/contracts/monitor-agent/statement';
import { showStatementSeries } from '@tidegate/contracts/monitor-agent/statement-series';
import { operationHandlers } from '@tidegate/messaging/handler';
import { OperationRunner } from '@tidegate/messaging/operation-runner';
import { Outbox } from '@tidegate/messaging/outbox';
import { KeptSums } from '@tidegate/monitor-agent/series/kept-sums';
import { ShowStatementSeries } from '@tidegate/monitor-agent/statements/show-statement-series';
import { TopStatements } from '@tidegate/monitor-agent/statements/top-statements';
import type { Result } from './main.ts';
import { compactUntil, DAY_MS, type WatchedServer, watchedServer, writeMinutes } from './statement-days.ts';
import { BUSIEST, fillYear, SELDOM, YEAR_DAYS } from './statement-year.ts';

const RECENT_DAYS = 31;
const TIMES = 40;
const GOAL_MS = 200;

/**
 * The two reads that people wait for, as operations with everything around them: one statement over a year, and the
 * top 50 of the last 30 days to this very second, so that both ends of the range cut an hour. 31 days go the whole way
 * from samples into rollups; of the days before there are the two statements and those that share a chunk with them.
 */
export async function monitorRead(): Promise<Result> {
  const server = await watchedServer();
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  await fillYear(server, { today, until: today - RECENT_DAYS * DAY_MS });
  for (let day = today - RECENT_DAYS * DAY_MS; day <= today; day += DAY_MS) {
    await writeMinutes(server, day, Math.min(Date.now(), day + DAY_MS));
    await compactUntil(server, Math.min(Date.now(), day + DAY_MS));
  }
  const ask = asker(server);
  // As one process keeps them.
  const kept = new KeptSums();
  const back = (days: number) => ({
    serverId: server.serverId,
    from: new Date(Date.now() - days * DAY_MS).toISOString(),
    to: new Date().toISOString(),
  });
  const year = (statementId: number) => () =>
    ask(new ShowStatementSeries(server.tenants), showStatementSeries, {
      ...back(YEAR_DAYS),
      statementId: String(statementId),
    });
  const top = (days: number) => () =>
    ask(new TopStatements(server.tenants, kept), topStatements, { ...back(days), limit: 50 });
  const reads: [string, () => Promise<unknown>][] = [
    ['busiest statement, a year', year(BUSIEST)],
    ['seldom called statement, a year', year(SELDOM)],
    ['top 50 of 30 days', top(30)],
    ['top 50 of a day', top(1)],
    ['top 50 of an hour', top(1 / 24)],
  ];
  process.stdout.write(`read                             first  fastest   median      p95   goal ${GOAL_MS} ms\n`);
  const slowest: number[] = [];
  for (const [name, read] of reads) {
    const { first, fastest, median, p95 } = await timed(read);
    slowest.push(p95);
    const cells = [first, fastest, median, p95].map((ms) => `${ms.toFixed(0)} ms`.padStart(8));
    process.stdout.write(`${name.padEnd(32)}${cells.join(' ')}\n`);
  }
  await server.database.stop();
  const value = Math.max(slowest[0] ?? 0, slowest[2] ?? 0);
  return {
    name: 'monitor-read',
    value: Math.round(value),
    unit: 'ms (p95 of the slower of both reads)',
    ratio: Number((value / GOAL_MS).toFixed(2)),
    against: `the goal of ${GOAL_MS} ms`,
  };
}

async function timed(read: () => Promise<unknown>): Promise<Record<'first' | 'fastest' | 'median' | 'p95', number>> {
  const times: number[] = [];
  for (let turn = 0; turn <= TIMES; turn += 1) {
    const began = performance.now();
    await read();
    times.push(performance.now() - began);
  }
  const [first = 0, ...rest] = times;
  rest.sort((a, b) => a - b);
  const [fastest = 0] = rest;
  return { first, fastest, median: rest[Math.floor(TIMES / 2)] ?? 0, p95: rest[Math.floor(TIMES * 0.95)] ?? 0 };
}

/** Operations as the service runs them: checked, in their transactions, answers validated. */
function asker({ tenants, orgId }: WatchedServer) {
  const runner = new OperationRunner(tenants, new Outbox('monitor-agent', () => {}));
  return (handler: object, operation: Operation, input: unknown): Promise<unknown> => {
    const found = operationHandlers(handler).find((one) => one.operation === operation);
    if (!found) throw new Error(`No handler of ${operation.name} here.`);
    const caller = { kind: 'user' as const, orgId, scopes: [operation.scope] };
    return runner.run(found, { caller, input, deadline: performance.now() + 60_000 });
  };
}
