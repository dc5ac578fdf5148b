import { fileURLToPath } from 'node:url';
import type { BotSettings } from '@tidegate/contracts/bot-executor/settings';
import { connectDatabase } from '@tidegate/database/data-source';
import { newId } from '@tidegate/database/ids';
import { TenantDatabase } from '@tidegate/database/tenant-database';
import { Bus } from '@tidegate/messaging/bus';
import { CallerTokens } from '@tidegate/messaging/caller-token';
import { connectNats } from '@tidegate/messaging/nats';
import { Outbox } from '@tidegate/messaging/outbox';
import { SecretSealer } from '@tidegate/messaging/sealer';
import { Log } from '@tidegate/telemetry/log';
import { Metrics } from '@tidegate/telemetry/metrics';
import { testDatabase } from '@tidegate/testing/database';
import { startTestNats } from '@tidegate/testing/nats';
import pg from 'pg';
import { AdvanceBot } from '../src/bots/advance-bot.ts';
import { insertBot, setStatus } from '../src/bots/bot.rows.ts';
import { enqueue } from '../src/bots/lease.rows.ts';
import { RunBots } from '../src/bots/run-bots.loop.ts';
import { saveImported } from '../src/candles/candle.rows.ts';
import { type CandleTicks } from '../src/kernel/candle-series.rules.ts';
import { knownMarket } from '../src/markets/built-in-markets.ts';
import { SECRET } from './neighbours.ts';

export const MIGRATIONS = [
  'libs/database',
  'libs/messaging',
  'libs/vault',
  'libs/entitlements',
  'services/bot-executor',
].map((one) => fileURLToPath(new URL(`../../../${one}/migrations`, import.meta.url)));

/** What a bot has done, as its rows say, in the order in which it did it. */
export interface Done {
  status: string;
  decidedUpTo: Date | null;
  fills: { trade: number; key: string; price: string; quantity: string; value: string; fee: string }[];
  ledger: { kind: string; amount: string; balance: string }[];
  profit: string;
  balance: string;
}

/** The bots' schema on real servers of the test's own. */
export async function openBots() {
  const database = await testDatabase({ schema: 'bot_executor', folders: MIGRATIONS });
  const nats = await startTestNats();
  const dataSource = await connectDatabase(database.login);
  const nc = await connectNats({ servers: [nats.url], user: 'bots', password: '' }, 'test');
  const tenants = new TenantDatabase(dataSource);
  const bus = new Bus({
    service: 'bot-executor',
    nc,
    tokens: new CallerTokens(SECRET),
    sealer: new SecretSealer({}, { name: 'bot-executor', privateKey: '' }),
  });
  const advance = () => new AdvanceBot(new Outbox('bot-executor', () => {}), bus);
  return {
    tenants,
    bus,
    nc,
    advance,
    /** A replica's runner. */
    runner: (by: AdvanceBot = advance()) => new RunBots(tenants, by, new Log(), new Metrics()),

    /** A running bot over candles of its own organisation. */
    async startBot(settings: BotSettings, candles: CandleTicks[], orgId = newId(), person = orgId) {
      const id = newId();
      await tenants.run(orgId, async (tx) => {
        await saveImported(tx, knownMarket(settings.market), '5m', candles);
        const feed = { source: 'imported' as const, interval: '5m' as const };
        await insertBot(tx, { id, name: 'b', settings, ...feed, candlesPerSecond: undefined, startsAt: undefined });
        await setStatus(tx, id, 'running');
        await enqueue(tx, id, person);
      });
      return { id, orgId };
    },

    /** Every connection of the service ends, as after a failover. */
    breakConnections: async () => {
      const client = new pg.Client(database.admin);
      await client.connect();
      await client.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      await client.end();
    },

    /** Leases end and whatever waits is due: a minute has passed. */
    timePasses: () =>
      tenants.as({}, (tx) =>
        tx.query("update bot_leases set expires_at = '-infinity', due_at = now() where isfinite(due_at)"),
      ),

    /** What a server's clock leaves that was an hour ahead for a while. */
    wasAhead: () =>
      tenants.as({}, async (tx) => {
        const later = "now() + interval '1 hour'";
        await tx.query(`update bot_leases set expires_at = ${later}, due_at = ${later} where isfinite(due_at)`);
        await tx.query(`update work_queue set expires_at = ${later}`);
      }),

    done: ({ id, orgId }: { id: string; orgId: string }): Promise<Done> =>
      tenants.run(orgId, async (tx) => {
        const bot = await tx.one<{ status: string; decided_up_to: Date; profit: string; balance: string }>(
          'select status, decided_up_to, profit::text, balance::text from bots where id = $1',
          [id],
        );
        if (!bot) throw new Error('The bot is gone.');
        const fills = await tx.query<Done['fills'][0]>(
          `select t.number as trade, o.key, f.price::text, f.quantity::text, f.value::text, f.fee::text
             from fills f join orders o on o.id = f.order_id join trades t on t.id = f.trade_id
            where f.bot_id = $1 order by f.position`,
          [id],
        );
        const ledger = await tx.query<Done['ledger'][0]>(
          'select kind, amount::text, balance::text from ledger where bot_id = $1 order by sequence',
          [id],
        );
        return { ...bot, decidedUpTo: bot.decided_up_to, fills, ledger };
      }),

    close: async () => {
      await nc.close();
      await dataSource.destroy();
      await database.drop();
      await nats.stop();
    },
  };
}

export type Bots = Awaited<ReturnType<typeof openBots>>;
