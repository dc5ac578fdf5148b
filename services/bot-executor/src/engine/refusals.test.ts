import { COARSE, settingsA } from '../../test/markets.ts';
import { martingaleSettings, warmedUp } from '../../test/martingale.ts';
import { Race } from '../../test/race.ts';
import { whole } from '../kernel/exact.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { memoryOf } from '../martingale/decide-martingale.rules.ts';
import { martingalePlanOf } from '../martingale/plan.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { termsOf } from './order-terms.rules.ts';
import { Contradiction } from './position.rules.ts';
import { INITIAL } from './state.rules.ts';

/* What an exchange may answer. Base order 1000 lots at 200 ticks, averaging 1010 at 198, take profit 203, stop 190. */
type Change = Parameters<typeof settingsA>[1] & { maxTrades?: number };
const planned = ({ maxTrades, ...change }: Change = {}) => {
  const averagingOrders = { count: 1, size: '100', deviationPercent: '1', volumeScale: '1' };
  const settings = settingsA('long', { baseOrder: '100', averagingOrders, ...change });
  return planOf({ ...settings, maxTrades }, COARSE);
};
const STOP = { stopLoss: { percent: '5', basis: 'base' as const } };

function opened(change: Change = {}): Race {
  const race = new Race(planned(change));
  race.candle(200n);
  race.fill('1:base', 1_000n, 200n);
  return race;
}

describe('an order that is refused', () => {
  test('a take profit is asked for again after a pause, whatever else happens', () => {
    const race = opened();
    expect(race.rejected('1:takeProfit:1')).toEqual([]);
    expect(race.price(200n, 1_999)).toEqual([]);
    expect(race.price(200n, 2_000)).toEqual(['place 1:takeProfit:2 limit 1000 at 203']);
    expect(race.price(200n, 2_001)).toEqual([]);
    expect(race.rejected('1:takeProfit:2', 'priceBand', 3_000)).toEqual([]);
    expect(race.candle(200n, 6_999)).toEqual([]);
    expect(race.candle(200n, 7_000)).toEqual(['place 1:takeProfit:3 limit 1000 at 203']);
  });

  test('a stop that the price is beyond sells at the market; so does one that is refused three times', () => {
    const race = opened(STOP);
    const all = ['cancel 1:averaging:1', 'cancel 1:takeProfit:1'];
    expect(race.rejected('1:stopLoss:2', 'wouldTrigger')).toEqual(all);
    expect(race.cancelled('1:takeProfit:1', 0n)).toEqual(['place 1:stopLoss:3 market 1000']);

    const again = opened({ ...STOP, averagingOrders: { count: 0 } });
    for (const [number, at] of [
      [2, 0],
      [4, 10_000],
      [6, 20_000],
    ] as const) {
      const asked = again.rejected(`1:stopLoss:${number}`, 'unavailable', at);
      if (number === 6) expect(asked).toEqual(['halt ordersRejected', 'cancel 1:takeProfit:5']);
      else again.cancelled(`1:takeProfit:${number - 1}`, 0n);
      again.price(200n, at + 9_000);
      again.cancelled(`1:takeProfit:${number - 1}`, 0n);
    }
    expect(again.state.orders.map(({ type, lots }) => [type, lots])).toEqual([['market', 1_000n]]);
  });

  test('a market close is retried until it is accepted', () => {
    const race = opened({ averagingOrders: { count: 0 } });
    race.end(200n);
    race.cancelled('1:takeProfit:1', 0n);
    expect(race.rejected('1:close:2')).toEqual([]);
    expect(race.price(199n, 5_000)).toEqual(['place 1:close:3 market 1000']);
  });

  test('an averaging order is left out, and the ladder goes on', () => {
    const averagingOrders = { count: 2, size: '100', deviationPercent: '1', deviationFrom: 'lastFill' as const };
    const race = opened({ averagingOrders });
    expect(race.rejected('1:averaging:1', 'insufficientFunds')).toEqual([
      expect.stringMatching(/^place 1:averaging:2 limit \d+ at 195$/),
    ]);
  });

  test('a refused base order opens no trade and does not count as one; it is retried with a later candle', () => {
    const race = new Race(planned({ maxTrades: 1 }));
    race.candle(200n);
    expect(race.rejected('1:base', 'insufficientFunds')).toEqual([]);
    expect(race.candle(200n, 1_000)).toEqual([]);
    expect(race.candle(200n, 60_000)).toEqual(['place 2:base market 1000']);
    race.fill('2:base', 1_000n, 200n);
    race.fill('2:takeProfit:1', 1_000n, 203n);
    race.cancelled('2:averaging:1', 0n);
    expect(race.candle(200n, 600_000)).toEqual([]);
  });

  test('the third in a row, or one that does not pass, halts the bot; one that stands ends the row', () => {
    const race = new Race(planned());
    const refuse = (trade: number, at: number) => {
      race.candle(200n, at);
      return race.rejected(`${trade}:base`, 'unavailable', at);
    };
    expect([refuse(1, 0), refuse(2, 600_000)]).toEqual([[], []]);
    race.candle(200n, 1_200_000);
    race.accepted('3:base');
    expect(race.rejected('3:base', 'unavailable', 1_200_000)).toEqual([]);
    expect([refuse(4, 1_800_000), refuse(5, 2_400_000)]).toEqual([[], ['halt ordersRejected']]);
    expect(race.candle(200n, 9_000_000)).toEqual([]);

    const barred = new Race(planned());
    barred.candle(200n);
    expect(barred.rejected('1:base', 'notAllowed')).toEqual(['halt ordersRejected']);
  });

  test('a refusal that is repeated or of an unknown order changes nothing; after a fill it contradicts', () => {
    const race = opened();
    race.rejected('1:takeProfit:1');
    race.expectIgnored(() => race.rejected('1:takeProfit:1'));
    race.expectIgnored(() => race.rejected('another’s'));
    race.expectIgnored(() => race.accepted('another’s'));
    // That another one stands does not place it again.
    race.expectIgnored(() => race.accepted('1:averaging:1'));
    expect(race.price(200n, 2_000)).toEqual(['place 1:takeProfit:2 limit 1000 at 203']);
    race.fill('1:averaging:1', 10n, 198n);
    expect(() => race.rejected('1:averaging:1')).toThrow(Contradiction);
  });

  test('martingale asks its table again; an entry that was refused began nothing', () => {
    const plan = martingalePlanOf(martingaleSettings({ balance: '50000' }), COARSE);
    const race = new Race(plan, warmedUp('long'));
    const close = (hour: number, ticks: bigint) =>
      race.send({
        type: 'closed',
        at: hour * 3_600_000,
        high: ticks + 12n,
        low: ticks - 12n,
        close: ticks,
        mayOpen: true,
      });
    expect(close(0, 3_999n)).toEqual(['place 1:base:1 limit 1500 at 3999']);
    race.rejected('1:base:1');
    expect(race.state.trade).toBe(0);
    expect(close(1, 3_998n)).toEqual(['place 1:base:2 limit 1500 at 3998']);
    race.rejected('1:base:2', 'notAllowed');
    expect(close(2, 3_997n)).toEqual([]);
  });
});

describe('a position that changes behind the bot’s back', () => {
  test('of less the bot has what is left, with exits for it; it is halted and buys nothing', () => {
    const race = opened(STOP);
    race.expectIgnored(() => race.position(1_000n));
    expect(race.position(400n)).toEqual(
      ['cancel 1:averaging:1', 'cancel 1:takeProfit:1', 'cancel 1:stopLoss:2', 'halt positionChanged'].toSorted(
        (a, b) => (a.startsWith('halt') ? 1 : b.startsWith('halt') ? -1 : 0),
      ),
    );
    race.cancelled('1:takeProfit:1', 0n);
    expect(race.cancelled('1:stopLoss:2', 0n)).toEqual([
      'place 1:takeProfit:3 limit 400 at 203',
      'place 1:stopLoss:4 stop 400 at 190',
    ]);
    race.cancelled('1:averaging:1', 0n);
    race.expectIgnored(() => race.position(400n));
    expect(race.fill('1:takeProfit:3', 400n, 203n)).toEqual(['cancel 1:stopLoss:4']);
    race.cancelled('1:stopLoss:4', 0n);
    expect(race.candle(200n, 9_000_000)).toEqual([]);
  });

  test('closed or liquidated by others: nothing is left on the exchange, and nothing is sold that is not there', () => {
    const race = opened(STOP);
    expect(race.position(0n)).toContain('halt positionChanged');
    for (const key of ['1:averaging:1', '1:takeProfit:1', '1:stopLoss:2']) race.cancelled(key, 0n);
    expect([race.state.orders, race.state.pendingCancels, race.state.deferred]).toEqual([[], [], []]);
    expect(race.end(200n)).toEqual([]);
  });

  test('more than the bot has is not its own', () => {
    const race = opened(STOP);
    expect(race.position(5_000n)).toEqual(['cancel 1:averaging:1', 'halt positionChanged']);
    expect(race.state.position.lots).toBe(1_000n);
  });
});

describe('exits that are replaced', () => {
  test('of futures the new one stands before the old one is gone', () => {
    const race = opened({ ...STOP, futures: { leverage: '3' } });
    const asked = race.fill('1:averaging:1', 1_010n, 198n);
    expect(asked).toEqual([
      'cancel 1:takeProfit:1',
      'cancel 1:stopLoss:2',
      'place 1:takeProfit:3 limit 2010 at 202',
      'place 1:stopLoss:4 stop 2010 at 190',
    ]);
    expect(race.end(195n)).toContain('place 1:close:5 market 2010');
    expect(race.state.orders.every(({ reduceOnly }) => reduceOnly)).toBe(true);
  });

  test('on spot they wait for the exchange’s answer, but no longer than a minute', () => {
    const race = opened(STOP);
    race.fill('1:averaging:1', 1_010n, 198n);
    expect(race.price(200n, 1_000)).toEqual([]);
    expect(race.price(200n, 60_999)).toEqual([]);
    expect(race.price(200n, 61_000)).toEqual([
      'place 1:takeProfit:3 limit 2010 at 202',
      'place 1:stopLoss:4 stop 2010 at 190',
    ]);
    // The exchange has not let go of the coins: it is tried again.
    race.rejected('1:stopLoss:4', 'insufficientFunds', 61_000);
    race.price(200n, 70_000);
    race.cancelled('1:takeProfit:1', 0n);
    race.cancelled('1:stopLoss:2', 0n);
    expect(race.cancelled('1:takeProfit:3', 0n)).toEqual([
      'place 1:takeProfit:5 limit 2010 at 202',
      'place 1:stopLoss:6 stop 2010 at 190',
    ]);
  });

  test('so does a close', () => {
    const race = opened(STOP);
    race.end(195n);
    race.price(195n, 0);
    expect(race.price(195n, 60_000)).toEqual(['place 1:close:3 market 1000']);
  });
});

test('a part that is too small to be sold gets no exit until it has grown', () => {
  const race = new Race(planned());
  race.candle(200n);
  expect(race.fill('1:base', 30n, 200n)).toEqual(['skip 1:takeProfit:1 limit 30 at 203']);
  race.cancelled('1:base', 30n);
  expect(race.fill('1:averaging:1', 1_010n, 198n)).toEqual(['place 1:takeProfit:2 limit 1040 at 202']);
});

test('the average and the fee that an exchange reports are booked to the last digit', () => {
  const race = new Race(planned());
  race.candle(200n);
  race.send({ type: 'fill', at: 0, key: '1:base', id: 'average', ticks: 200n, value: 199_999n, lots: 1_000n });
  expect(race.state.position.cost).toEqual(whole(199_999n));
  const plan = martingalePlanOf(martingaleSettings({ balance: '50000' }), COARSE);
  const other = new Race(plan, warmedUp('long'));
  other.send({ type: 'closed', at: 0, high: 4_011n, low: 3_987n, close: 3_999n, mayOpen: true });
  other.send({
    type: 'fill',
    at: 0,
    key: '1:base:1',
    id: 'a',
    ticks: 3_999n,
    value: 5_998_000n,
    lots: 1_500n,
    fee: 7n,
  });
  expect(memoryOf(other.state).cash).toBe(-5_998_000_000_000n - 7n);
});

test.each([
  ['spot entry', {}, '1:averaging:1', 'oneWay', { reduceOnly: false, postOnly: true, trigger: undefined }],
  ['spot stop', {}, '1:stopLoss:2', 'hedge', { reduceOnly: false, positionSide: undefined, trigger: 'lastPrice' }],
  [
    'futures exit',
    { futures: { leverage: '3' } },
    '1:takeProfit:1',
    'oneWay',
    { reduceOnly: true, postOnly: false, positionSide: undefined },
  ],
  [
    'futures stop, both sides at once',
    { futures: { leverage: '3' } },
    '1:stopLoss:2',
    'hedge',
    { reduceOnly: true, positionSide: 'long', trigger: 'markPrice' },
  ],
] as const)('how it is sent: %s', (_what, change, key, mode, terms) => {
  const { state } = opened({ ...STOP, ...change });
  const order = state.orders.find((one) => one.key === key);
  if (!order) throw new Error(`There is no ${key}.`);
  const to = { botId: '01a222a6-0533-7342-a89e-4aca18a35e7b', mode };
  const plan = planned({ ...STOP, ...change });
  expect(termsOf(plan, order, to)).toMatchObject({ timeInForce: 'goodTillCancelled', ...terms });
  expect(termsOf(plan, order, to).clientId).toMatch(/^.{36}$/);
  expect(termsOf(plan, order, to)).toEqual(termsOf(plan, order, to));
});

test('a trade that was open under earlier rules continues, with its orders; what is new is stored', () => {
  const race = opened(STOP);
  const before = JSON.parse(writeState(race.state, COARSE));
  delete before.position.owed;
  const after = readState(before, COARSE);
  expect(after).toEqual(race.state);
  const old = new Race(planned(STOP), after);
  expect(old.fill('1:stopLoss:2', 1_000n, 190n)).toContain('cancel 1:takeProfit:1');

  race.rejected('1:takeProfit:1');
  race.position(400n);
  const state = { ...race.state, unbegun: 2, deferredSince: 5 };
  expect(readState(JSON.parse(writeState(state, COARSE)), COARSE)).toEqual(state);
  expect(INITIAL.halted).toBeUndefined();
});
