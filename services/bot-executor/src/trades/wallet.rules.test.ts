import fc from 'fast-check';
import { runs } from '../../test/long.ts';
import { AROUND, anySettings, anyWalk, COARSE } from '../../test/markets.ts';
import { seriesOf } from '../../test/series.ts';
import { backtest } from '../backtests/backtest.rules.ts';
import { add, compare, fraction, mul, sub, whole } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { type MarketRules, marketRules, moneyOf } from '../markets/markets.rules.ts';
import { entriesOf, entryOfPayment, Wallet } from './wallet.rules.ts';

const THIRD = { currency: 'T', price: fraction('2.5') };
const MARKETS: [string, MarketRules][] = [
  ['quote', COARSE],
  ['what a fill brings', marketRules({ ...COARSE, feeFrom: 'received' })],
  ['a third currency', marketRules({ ...COARSE, feeFrom: THIRD })],
];

test.each(MARKETS)(
  'fees from %s: what the wallet is worth has changed by profit and open profit, exactly',
  (_from, market) => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(anySettings, anyWalk(200, 200), (given, candles) => {
        const spot = market.feeFrom === 'received' ? { direction: 'long' as const, futures: undefined } : {};
        const plan = planOf({ ...given, ...spot }, market);
        const wallet = new Wallet();
        const report = backtest(plan, seriesOf(candles), {
          ...AROUND,
          onMoney: (change) => {
            if ('payment' in change) wallet.add(entryOfPayment(market, change.payment));
            else for (const entry of entriesOf(market, change.fill)) wallet.add(entry);
          },
        });
        wallet.add({ kind: 'transfer', currency: market.quote, amount: whole(1_000) });
        for (const [currency] of wallet.changes()) seen.add(currency);

        const close = mul(whole(candles.at(-1)?.close ?? 0n), market.tick);
        const prices = new Map([
          [market.quote, whole(1)],
          [market.base, close],
          [THIRD.currency, THIRD.price],
        ]);
        const gained = sub(wallet.worth(prices), whole(1_000));
        // Open profit is after the fee of closing, which has not been paid; dust is worth something and sold by nobody.
        const open = report.trades.at(-1)?.open ?? 0n;
        const closing = mul(mul(whole(open), market.lot), mul(close, { n: BigInt(market.feePpm), d: 1_000_000n }));
        const booked = add(moneyOf(market, report.profit + report.openProfit), closing);
        const dust = sub(gained, booked);
        const lot = mul(market.lot, close);
        if (market.feeFrom === 'received')
          expect([compare(dust, whole(0)) >= 0, compare(dust, lot) < 0]).toEqual([true, true]);
        else expect(compare(dust, whole(0))).toBe(0);
      }),
      { numRuns: runs(400) },
    );
    expect(seen.has(THIRD.currency)).toBe(typeof market.feeFrom !== 'string');
  },
);
