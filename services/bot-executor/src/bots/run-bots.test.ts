import type { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import { evenWhileHeld } from '@tidegate/database/one-connection';
import type { Tx } from '@tidegate/database/tx';
import fc from 'fast-check';
import { type Bots, type Done, openBots } from '../../test/bots.ts';
import { AROUND, settingsA, walk } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { fillToWire } from '../backtests/backtest.rows.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { saveImported } from '../candles/candle.rows.ts';
import { type CandleTicks } from '../kernel/candle-series.rules.ts';
import { add, fraction, sub, toText } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { knownMarket } from '../markets/built-in-markets.ts';
import { moneyText } from '../markets/markets.rules.ts';
import { AdvanceBot } from './advance-bot.ts';
import type { BotRow } from './bot.rows.ts';
import { acquireLeases, wakeBots } from './lease.rows.ts';
import type { RunBots } from './run-bots.loop.ts';

let bots: Bots;
beforeAll(async () => {
  bots = await openBots();
});
afterAll(() => bots.close());

const LONG = settingsA('long', { baseOrder: '100', averagingOrders: { size: '100' } });
const SHORT = settingsA('short', {
  baseOrder: '250',
  averagingOrders: { size: '120', count: 3, deviationFrom: 'lastFill', volumeScale: '2' },
  takeProfit: { percent: '0.4', includeFees: true },
});

/** Every kind of exit, margin and funding. */
const FUTURES = {
  ...settingsA('short', {
    baseOrder: '250',
    averagingOrders: { size: '120', count: 3, activeLimit: 1 },
    takeProfit: { percent: '1', steps: [{ percent: '0.6', sharePercent: '40' }], trailingPercent: '0.3' },
    stopLoss: { percent: '2', basis: 'lastFill', breakEvenAtPercent: '0.7' },
  }),
  cooldownSeconds: 900,
  futures: { leverage: '20', fundingRatePercent: '0.05', fundingEveryHours: 1 as const },
};

/** The same candles each time: of BTC-USDT around 50,000, more than two batches of them. */
const CANDLES = (fc.sample(walk(5_000_000, { minLength: 1_050, maxLength: 1_050 }), { numRuns: 1, seed: 7 })[0] ??
  []) as CandleTicks[];

const turn = (runner: RunBots) => runner.turn({ signal: new AbortController().signal });

/** Until no bot is due. */
async function runAll(runners: RunBots[]): Promise<void> {
  for (let more = true; more; ) {
    more = (await Promise.all(runners.map(turn))).includes('again');
  }
}

/** The backtest of the same settings and candles. */
function expected(settings: DcaSettings) {
  const plan = planOf(settings, knownMarket(settings.market));
  const report = backtest(plan, seriesOf(CANDLES), AROUND);
  const fills = report.fills.map((fill) => {
    const { trade, orderKey: key, price, quantity, value, fee } = fillToWire(plan, fill);
    return { trade, key, price, quantity, value, fee };
  });
  return { fills, profit: moneyText(plan.market, report.profit) };
}

test.each([
  ['long', LONG],
  ['short, from the last fill, with fees', SHORT],
  ['short with futures, steps, trailing and a stop', FUTURES],
])('two replicas advance bots as one backtest does, and the ledger adds up: %s', async (_name, settings) => {
  const wanted = expected(settings);
  expect(wanted.fills.length).toBeGreaterThan(20);
  const started = await Promise.all([1, 2].map(() => bots.startBot(settings, CANDLES)));
  await runAll([bots.runner(), bots.runner()]);
  for (const one of started) {
    const done = await bots.done(one);
    expect(done.fills).toEqual(wanted.fills);
    expect(toText(fraction(done.profit))).toBe(wanted.profit);
    expect(done.decidedUpTo?.getTime()).toBe(CANDLES.at(-1)?.at);
    expectLedgerAddsUp(settings, done);
  }
});

/** Every entry moves the balance by its amount, and the balance is what fills, fees and funding leave. */
function expectLedgerAddsUp(settings: DcaSettings, { ledger, fills, balance }: Done): void {
  let sum = fraction('0');
  for (const entry of ledger) {
    sum = add(sum, fraction(entry.amount));
    expect(toText(sum, 24)).toBe(toText(fraction(entry.balance), 24));
  }
  expect(toText(sum, 24)).toBe(toText(fraction(balance), 24));
  const funding = ledger.filter(({ kind }) => kind === 'funding');
  expect(funding.length > 0).toBe(settings === FUTURES);
  const cash = fills.reduce(
    (total, { key, value, fee }) => {
      const entry = key.includes(':base') || key.includes(':averaging');
      const signed =
        entry === (settings.direction === 'long') ? sub(total, fraction(value)) : add(total, fraction(value));
      return sub(signed, fraction(fee));
    },
    funding.reduce((total, { amount }) => add(total, fraction(amount)), fraction('0')),
  );
  expect(toText(cash, 24)).toBe(toText(sum, 24));
}

test('a runner that dies during a batch leaves nothing; another takes over once its lease has ended', async () => {
  const wanted = expected(LONG);
  const one = await bots.startBot(LONG, CANDLES);
  let batches = 0;
  class Dying extends AdvanceBot {
    override async run(tx: Tx, bot: BotRow, candles: CandleTicks[]): Promise<number> {
      const decided = await super.run(tx, bot, candles);
      batches += 1;
      // Everything is written and nothing committed: the process is killed here.
      if (batches === 2) await tx.query('select pg_terminate_backend(pg_backend_pid())');
      return decided;
    }
  }
  const dying = bots.runner(Object.setPrototypeOf(bots.advance(), Dying.prototype) as AdvanceBot);
  await turn(dying);
  const before = await bots.done(one);
  await turn(dying);
  expect(batches).toBe(2);
  expect(await bots.done(one)).toEqual(before);
  await bots.timePasses();
  await runAll([bots.runner()]);
  expect((await bots.done(one)).fills).toEqual(wanted.fills);
});

test('what was leased or due by a clock that was an hour ahead waits for no hour', async () => {
  const one = await bots.startBot(LONG, CANDLES);
  await turn(bots.runner());
  await bots.wasAhead();
  await runAll([bots.runner()]);
  expect((await bots.done(one)).fills).toEqual(expected(LONG).fills);
});

test('a runner that was only slow finds its fence outdated and writes nothing', async () => {
  const one = await bots.startBot(LONG, CANDLES);
  const [slow] = await bots.tenants.as({}, (tx) => acquireLeases(tx, 1));
  if (!slow) throw new Error('There is no lease.');
  expect(await turn(bots.runner())).not.toBe('again');
  await bots.timePasses();
  await runAll([bots.runner()]);
  const done = await bots.done(one);
  await bots.tenants.run(one.orgId, (tx) => bots.runner().run(tx, slow));
  expect(await bots.done(one)).toEqual(done);
  expect(done.fills).toEqual(expected(LONG).fills);
});

test('a bot with broken rows is retried later and does not delay the others', async () => {
  const broken = await bots.startBot(LONG, CANDLES);
  const others = await Promise.all([1, 2].map(() => bots.startBot(LONG, CANDLES)));
  await bots.tenants.run(broken.orgId, (tx) =>
    tx.query(`update bots set state = '{"trade": "x"}' where id = $1`, [broken.id]),
  );
  await runAll([bots.runner()]);
  // Before anything else: reading what the others did takes as long as its first pause on a busy machine.
  const [lease] = await bots.tenants.as({}, (tx) =>
    tx.query<{ failures: number; later: boolean }>(
      'select failures, due_at > now() as later from bot_leases where bot_id = $1',
      [broken.id],
    ),
  );
  // On a slow machine it may have been due once more by now.
  expect(lease?.later).toBe(true);
  expect(lease?.failures).toBeGreaterThanOrEqual(1);
  for (const one of others) expect((await bots.done(one)).fills).toEqual(expected(LONG).fills);
  expect((await bots.done(broken)).fills).toEqual([]);

  // After many failures in a row it is halted.
  await bots.tenants.as({}, (tx) =>
    tx.query('update bot_leases set failures = 11, due_at = now() where bot_id = $1', [broken.id]),
  );
  await runAll([bots.runner()]);
  expect((await bots.done(broken)).status).toBe('halted');
});

test('a batch of very volatile candles ends early, and the bot still does what a backtest does', async () => {
  const settings = settingsA('long', {
    baseOrder: '100',
    averagingOrders: { size: '100', count: 20, deviationPercent: '0.2', stepScale: '1', volumeScale: '1' },
    takeProfit: { percent: '0.5' },
  });
  const wild = Array.from({ length: 60 }, (_, i) => {
    const [open, high, low] = [5_000_000n, 5_500_000n, 4_500_000n];
    return { at: i * 300_000, open, high, low, close: open };
  });
  const one = await bots.startBot(settings, wild);
  const runner = bots.runner();
  await turn(runner);
  const orders = await bots.tenants.run(one.orgId, (tx) =>
    tx.one<{ n: number }>('select count(*)::int as n from orders'),
  );
  expect(orders?.n).toBeGreaterThan(0);
  expect(orders?.n).toBeLessThan(500);
  await runAll([runner]);
  const plan = planOf(settings, knownMarket(settings.market));
  const report = backtest(plan, seriesOf(wild), AROUND);
  expect(report.fillCount).toBeGreaterThan(1_000);
  const { fills, profit } = await bots.done(one);
  expect(fills).toHaveLength(report.fillCount);
  expect(toText(fraction(profit))).toBe(moneyText(plan.market, report.profit));
});

test('a bot that has caught up costs nothing; an import during its batch is not missed', async () => {
  await bots.tenants.as({}, (tx) => tx.query('delete from bot_leases'));
  const [some, more] = [CANDLES.slice(0, 300), CANDLES.slice(300, 600)];
  const one = await bots.startBot(LONG, some);
  await runAll([bots.runner()]);
  const written = () =>
    bots.tenants.as({}, (tx) => tx.query('select bot_id, xmin::text, due_at from bot_leases order by 1'));
  const before = await written();
  // No bot is due for minutes, and a turn that is woken anyway writes nothing.
  expect(await turn(bots.runner())).toBeGreaterThan(60_000);
  expect(await written()).toEqual(before);

  let importing: Promise<unknown> | undefined;
  class Importing extends AdvanceBot {
    override async run(tx: Tx, bot: BotRow, candles: CandleTicks[]): Promise<number> {
      const decided = await super.run(tx, bot, candles);
      // The batch has read its candles; its transaction has not ended.
      importing ??= evenWhileHeld('somebody else imports', () =>
        bots.tenants.run(one.orgId, async (other) => {
          await saveImported(other, knownMarket('BTC-USDT'), '5m', CANDLES.slice(600));
          await wakeBots(other, one.orgId);
        }),
      );
      return decided;
    }
  }
  await bots.tenants.run(one.orgId, async (tx) => {
    await saveImported(tx, knownMarket('BTC-USDT'), '5m', more);
    await wakeBots(tx, one.orgId);
  });
  await turn(bots.runner(Object.setPrototypeOf(bots.advance(), Importing.prototype) as AdvanceBot));
  await importing;
  await runAll([bots.runner()]);
  expect((await bots.done(one)).fills).toEqual(expected(LONG).fills);
});
