import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedRequest } from '@tidegate/testing/fakes/webhook-receiver';
import type { Platform } from '@tidegate/testing/platform';
import { type Customer, FLEET_TRADES, TRADES } from './customer.ts';
import { withDatabase } from './faults.ts';

export interface Verdict {
  lost: string[];
  doubled: string[];
  uncounted: number;
  left: string[];
  /** From the end of the load until all of it was there. */
  settledMs: number;
}

/** What is on its way arrives within this time after the last fault, or is lost: a bot's lease lasts a minute. */
const SETTLE_MS = 90_000;

/** Compares what the customers were answered with what the platform has, once everything has arrived. */
export async function judge(
  platform: Platform,
  customers: Customer[],
  webhooks: readonly ReceivedRequest[],
): Promise<Verdict> {
  const began = Date.now();
  for (;;) {
    const found = await compare(platform, customers, webhooks);
    const verdict = { ...found, settledMs: Date.now() - began };
    const clean = verdict.lost.length + verdict.doubled.length + verdict.left.length + verdict.uncounted === 0;
    if (clean || verdict.settledMs > SETTLE_MS) return verdict;
    await sleep(1_000);
  }
}

async function compare(
  platform: Platform,
  customers: Customer[],
  webhooks: readonly ReceivedRequest[],
): Promise<Omit<Verdict, 'settledMs'>> {
  const verdict: Omit<Verdict, 'settledMs'> = { lost: [], doubled: [], uncounted: 0, left: [] };
  const judgeCount = (what: string, is: number, should: number) => {
    if (is < should) verdict.lost.push(`${what}: ${is} of ${should}`);
    if (is > should) verdict.doubled.push(`${what}: ${is} of ${should}`);
  };
  await withDatabase(platform, async (client) => {
    const count = async (sql: string, params: unknown[]) =>
      Number((await client.query<{ n: string }>(sql, params)).rows[0]?.n ?? 0);
    for (const { name, orgId, events, bots, traders, fleet, tally } of customers) {
      const trades = traders.length * TRADES + fleet.length * FLEET_TRADES;
      const balance = 'select coalesce(sum(used), 0) as n from usage.usage_balances where org_id = $1 and meter = $2';
      judgeCount(`${name}: usage events`, await count(balance, [orgId, 'widgets']), events);
      const named = 'select count(*) as n from bot_executor.bots where org_id = $1';
      judgeCount(`${name}: bots`, await count(named, [orgId]), bots.length);
      const distinct = 'select count(distinct name) as n from bot_executor.bots where org_id = $1';
      judgeCount(`${name}: names of bots`, await count(distinct, [orgId]), bots.length);
      const closed = `select count(*) as n from bot_executor.trades where org_id = $1 and closed_at is not null`;
      judgeCount(`${name}: trades`, await count(closed, [orgId]), trades);
      const calls = await count(balance, [orgId, 'api_calls']);
      verdict.uncounted += Math.max(0, tally.answered - calls);
      if (calls > tally.sent) verdict.doubled.push(`${name}: API calls: ${calls} of at most ${tally.sent}`);
      const received = new Set(
        webhooks.filter(({ path }) => path === `/${name}`).map(({ headers }) => headers['webhook-id']),
      );
      judgeCount(`${name}: webhooks`, received.size, trades);
    }
    for (const schema of ['identity', 'billing', 'usage', 'monitor_agent', 'bot_executor', 'notifier']) {
      const waiting = await count(`select count(*) as n from ${schema}.outbox`, []);
      if (waiting > 0) verdict.left.push(`${schema}.outbox: ${waiting}`);
      const dead = await count(`select count(*) as n from ${schema}.dead_letters`, []);
      if (dead > 0) verdict.left.push(`${schema}.dead_letters: ${dead}`);
    }
  });
  return verdict;
}
