import { execFileSync } from 'node:child_process';
import { sum } from '@tidegate/cli/demo/decimals';
import type { Demo } from '@tidegate/cli/demo/demo';

/* What `npm run demo` shows, on the machine's own load script: pgbench may be missing where the tests run. */
let demo: Demo;

beforeAll(() => {
  const args = ['--no-warnings', 'cli/dist/main.js', 'demo', '--json', '--own-load'];
  demo = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }));
});

test('the calls of the top statements add up to what the load generator counted', () => {
  const { transactions, statements } = demo.watched;
  expect(transactions).toBe(2_000);
  expect(statements.reduce((calls, statement) => calls + statement.calls, 0)).toBe(7 * transactions);
  for (const { calls, totalMs } of statements) {
    expect(calls).toBe(transactions);
    expect(totalMs).toBeGreaterThan(0);
  }
});

test('a month of the bot is known to the cent, and is the sum of its trades', () => {
  const { candles, closedTrades, profit, profitRounded, trades } = demo.traded;
  expect(candles).toBe(8_640);
  expect(trades).toHaveLength(closedTrades);
  expect(closedTrades).toBeGreaterThan(20);
  expect(sum(trades.map((trade) => trade.profit))).toBe(profit);
  expect(profitRounded).toMatch(/^\d+\.\d\d$/);
  expect(Math.abs(Number(profitRounded) - Number(profit))).toBeLessThanOrEqual(0.005);
});

test('usage is counted to the event', () => {
  expect(demo.counted.map(({ meter }) => meter).sort()).toEqual(['api_calls', 'backtest_runs', 'bot_orders']);
  for (const { used, expected } of demo.counted) expect(used).toBe(expected);
  expect(demo.counted.find(({ meter }) => meter === 'bot_orders')?.used).toBe(demo.traded.orders);
});
