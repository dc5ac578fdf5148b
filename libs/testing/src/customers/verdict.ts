import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedRequest } from '../fakes/webhook-receiver.ts';
import type { Platform } from '../platform.ts';
import { withSuperuser } from '../superuser.ts';
import { type Customer, FLEET_TRADES, TRADES } from './customer.ts';

export interface Verdict {
  lost: string[];
  doubled: string[];
  uncounted: number;
  left: string[];
  /** Books that do not add up: a bot's ledger, orders and their usage, hours and balances of usage. */
  unbalanced: string[];
  /** From the end of the load until all of it was there. */
  settledMs: number;
}

/** What is on its way arrives within this time after the last fault, or is lost: a bot's lease lasts a minute. */
const SETTLE_MS = 90_000;

/** How many do not add up, of all organisations. */
const BOOKS = [
  [
    'entries of ledgers whose balance is not the one before and their amount',
    `select count(*) as n from (
       select balance - amount - lag(balance, 1, 0) over (partition by org_id, bot_id order by sequence) as off
         from bot_executor.ledger) entries where off <> 0`,
  ],
  [
    'organisations whose placed orders are not what their usage says',
    `select count(*) as n from
       (select org_id, count(*) as placed from bot_executor.orders group by org_id) orders
       left join (select org_id, sum(used) as used from usage.usage_balances where meter = 'bot_orders' group by org_id) counted
       using (org_id) where placed is distinct from used`,
  ],
  [
    'meters of organisations whose hours are not their balances',
    `select count(*) as n from
       (select org_id, meter, sum(quantity) as used from usage.usage_hours group by org_id, meter) hours
       full join (select org_id, meter, sum(used) as used from usage.usage_balances group by org_id, meter) balances
       using (org_id, meter) where coalesce(hours.used, 0) <> coalesce(balances.used, 0)`,
  ],
] as const;

/** Compares what the customers were answered with what the platform has, once everything has arrived; webhooks where they have some. */
export async function judge(
  platform: Pick<Platform, 'dataDir'>,
  customers: Customer[],
  webhooks?: readonly ReceivedRequest[],
): Promise<Verdict> {
  const began = Date.now();
  for (;;) {
    const found = await compare(platform, customers, webhooks);
    const verdict = { ...found, settledMs: Date.now() - began };
    const { lost, doubled, left, unbalanced, uncounted } = verdict;
    const clean = lost.length + doubled.length + left.length + unbalanced.length + uncounted === 0;
    if (clean || verdict.settledMs > SETTLE_MS) return verdict;
    await sleep(1_000);
  }
}

async function compare(
  platform: Pick<Platform, 'dataDir'>,
  customers: Customer[],
  webhooks?: readonly ReceivedRequest[],
): Promise<Omit<Verdict, 'settledMs'>> {
  const verdict: Omit<Verdict, 'settledMs'> = {
    ...{ lost: [], doubled: [], uncounted: 0 },
    ...{ left: [], unbalanced: [] },
  };
  const judgeCount = (what: string, is: number, should: number) => {
    if (is < should) verdict.lost.push(`${what}: ${is} of ${should}`);
    if (is > should) verdict.doubled.push(`${what}: ${is} of ${should}`);
  };
  await withSuperuser(platform, async (client) => {
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
      if (!webhooks) continue;
      const received = new Set(
        webhooks.filter(({ path }) => path === `/${name}`).map(({ headers }) => headers['webhook-id']),
      );
      judgeCount(`${name}: webhooks`, received.size, trades);
    }
    for (const [what, sql] of BOOKS) {
      const wrong = await count(sql, []);
      if (wrong > 0) verdict.unbalanced.push(`${what}: ${wrong}`);
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
