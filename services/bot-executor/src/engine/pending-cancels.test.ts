import { COARSE, settingsA } from '../../test/markets.ts';
import { Race } from '../../test/race.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { marketRules } from '../markets/markets.rules.ts';
import { readState, writeState } from '../strategies/stored-state.rules.ts';
import { INITIAL } from './state.rules.ts';

/*
 * What happens while a cancel is pending. Base order 1000 lots at 200 ticks, one averaging order of 1010 at 198,
 * take profit 1.5 %: 203 from the base order's price, 202 from the average of both.
 */
const settings = (change: Parameters<typeof settingsA>[1] = {}) => {
  const averagingOrders = { count: 1, size: '100', deviationPercent: '1', volumeScale: '1' };
  return planOf(settingsA('long', { baseOrder: '100', averagingOrders, ...change }), COARSE);
};
const stop = (change: object = {}) => ({ stopLoss: { percent: '5', basis: 'base' as const, ...change } });

/** With its base order filled. */
function opened(change: Parameters<typeof settingsA>[1] = {}): Race {
  const race = new Race(settings(change));
  expect(race.candle(200n)).toEqual(['place 1:base market 1000']);
  expect(race.fill('1:base', 1_000n, 200n)).toContain('place 1:averaging:1 limit 1010 at 198');
  return race;
}

describe('exits that are replaced', () => {
  test('an exit is placed only when the one that it replaces is gone', () => {
    const race = opened();
    expect(race.fill('1:averaging:1', 1_010n, 198n)).toEqual(['cancel 1:takeProfit:1']);
    expect(race.state.deferred.map(({ lots }) => lots)).toEqual([2_010n]);
    expect(race.cancelled('1:takeProfit:1', 0n)).toEqual(['place 1:takeProfit:2 limit 2010 at 202']);
  });

  test('a take profit that fills in part while an entry replaces it leaves so much less to sell', () => {
    const race = opened({ takeProfit: { percent: '1.5', steps: [{ percent: '1', sharePercent: '50' }] } });
    expect(race.fill('1:averaging:1', 1_010n, 198n)).toEqual(['cancel 1:takeProfit:1', 'cancel 1:takeProfit:2']);
    expect(race.fill('1:takeProfit:1', 200n, 202n)).toEqual([]);
    expect(race.cancelled('1:takeProfit:1', 200n)).toEqual([]);
    expect(race.cancelled('1:takeProfit:2', 0n)).toEqual([
      'place 1:takeProfit:5 limit 905 at 201',
      'place 1:takeProfit:6 limit 905 at 202',
    ]);
  });

  test('one that fills to the end needs no confirmation, and its step is done', () => {
    const race = opened({ takeProfit: { percent: '1.5', steps: [{ percent: '1', sharePercent: '50' }] } });
    race.fill('1:averaging:1', 1_010n, 198n);
    race.cancelled('1:takeProfit:2', 0n);
    expect(race.fill('1:takeProfit:1', 500n, 202n)).toEqual(['place 1:takeProfit:5 limit 1510 at 202']);
    race.expectIgnored(() => race.cancelled('1:takeProfit:1', 500n));
  });

  test('a stop that waits covers what is left when it is placed', () => {
    const race = opened({ takeProfit: { percent: '1.5', steps: [{ percent: '1', sharePercent: '50' }] }, ...stop() });
    expect(race.fill('1:takeProfit:1', 200n, 202n)).toEqual(['cancel 1:stopLoss:3']);
    expect(race.fill('1:takeProfit:1', 300n, 202n)).toEqual([]);
    expect(race.cancelled('1:stopLoss:3', 0n)).toEqual(['place 1:stopLoss:5 stop 500 at 190']);
  });

  test('a stop that covers less waits for the larger one; a trailing exit for the one before, at its last level', () => {
    const race = opened({
      takeProfit: { percent: '1.5', trailingPercent: '1', steps: [{ percent: '1', sharePercent: '50' }] },
      ...stop(),
    });
    expect(race.fill('1:takeProfit:1', 500n, 202n)).toEqual(['cancel 1:stopLoss:2']);
    expect(race.price(210n)).toEqual([]);
    expect(race.price(220n)).toEqual([]);
    expect(race.cancelled('1:stopLoss:2', 0n)).toEqual([
      'place 1:stopLoss:3 stop 500 at 190',
      'place 1:takeProfit:5 stop 500 at 218',
    ]);
    expect(race.price(230n)).toEqual(['cancel 1:takeProfit:5']);
    expect(race.cancelled('1:takeProfit:5', 0n)).toEqual(['place 1:takeProfit:6 stop 500 at 228']);
  });
});

describe('trades that end', () => {
  test('the take profit fills while it is being cancelled for the stop: only the rest is sold', () => {
    const race = opened(stop({ timeoutSeconds: 60 }));
    race.price(180n, 0);
    expect(race.price(180n, 60_000)).toEqual(['cancel 1:averaging:1', 'cancel 1:takeProfit:1']);
    expect(race.fill('1:takeProfit:1', 400n, 203n)).toEqual([]);
    expect(race.cancelled('1:averaging:1', 0n)).toEqual([]);
    expect(race.cancelled('1:takeProfit:1', 400n)).toEqual(['place 1:stopLoss:3 market 600']);
  });

  test('the take profit fills whole while it is being cancelled for the stop: nothing is sold twice', () => {
    const race = opened(stop({ timeoutSeconds: 60 }));
    race.price(180n, 0);
    race.price(180n, 60_000);
    expect(race.fill('1:takeProfit:1', 1_000n, 203n)).toEqual([]);
    expect([race.state.position.lots, race.state.orders, race.state.deferred]).toEqual([0n, [], []]);
  });

  test('the take profit fills beside a stop that has fired: the stop’s own rest is enough', () => {
    const race = opened(stop());
    expect(race.fill('1:stopLoss:2', 300n, 190n)).toEqual(['cancel 1:averaging:1', 'cancel 1:takeProfit:1']);
    expect(race.fill('1:takeProfit:1', 500n, 203n)).toEqual([]);
    expect(race.cancelled('1:takeProfit:1', 500n)).toEqual([]);
    expect(race.fill('1:stopLoss:2', 200n, 190n)).toEqual(['cancel 1:stopLoss:2']);
    expect(race.state.position.lots).toBe(0n);
  });

  test('an entry fills while it is being cancelled on close: what it bought is closed too', () => {
    const race = opened();
    expect(race.end(195n)).toEqual(['cancel 1:averaging:1', 'cancel 1:takeProfit:1']);
    expect(race.cancelled('1:takeProfit:1', 0n)).toEqual(['place 1:close:2 market 1000']);
    expect(race.fill('1:averaging:1', 10n, 198n)).toEqual(['place 1:close:3 market 10']);
    expect(race.fill('1:close:2', 1_000n, 195n)).toEqual([]);
    expect(race.fill('1:close:3', 10n, 195n)).toEqual([]);
    expect(race.fill('1:averaging:1', 40n, 198n)).toEqual(['place 1:close:4 market 40']);
  });

  test('an entry fills after a stop has sold everything: that is sold at the market as well', () => {
    const race = opened(stop());
    race.fill('1:stopLoss:2', 1_000n, 190n);
    expect(race.state.position.lots).toBe(0n);
    // The take profit could still be filled: it locks what there is.
    expect(race.fill('1:averaging:1', 1_010n, 198n)).toEqual([]);
    expect(race.cancelled('1:takeProfit:1', 0n)).toEqual(['place 1:stopLoss:3 market 1010']);
  });

  test('an entry fills after the take profit has sold everything: its lots get exits again, and no ladder', () => {
    const race = opened();
    expect(race.fill('1:takeProfit:1', 1_000n, 203n)).toEqual(['cancel 1:averaging:1']);
    expect(race.fill('1:averaging:1', 1_010n, 198n)).toEqual(['place 1:takeProfit:2 limit 1010 at 201']);
    expect(race.candle(200n)).toEqual([]);
    race.fill('1:takeProfit:2', 1_010n, 201n);
    expect(race.candle(200n)).toEqual(['place 2:base market 1000']);
  });

  test('the ladder of a trade that has ended is not carried on, however many orders may wait at once', () => {
    const race = opened({ averagingOrders: { count: 3, size: '100', deviationPercent: '1', activeLimit: 1 } });
    race.fill('1:takeProfit:1', 1_000n, 203n);
    const late = race.state.pendingCancels[0]?.lots ?? 0n;
    expect(race.fill('1:averaging:1', late, 196n)).toEqual([expect.stringContaining('place 1:takeProfit:2 limit')]);
  });

  test('the next trade does not open before everything of the last one is gone', () => {
    const race = opened();
    race.fill('1:takeProfit:1', 1_000n, 203n);
    expect(race.candle(200n)).toEqual([]);
    race.cancelled('1:averaging:1', 0n);
    expect(race.candle(200n)).toEqual(['place 2:base market 1000']);
  });
});

describe('reports', () => {
  const averaged = () => {
    const race = opened();
    race.fill('1:averaging:1', 1_010n, 198n, 'entry');
    return race;
  };

  test('a cancellation that is confirmed twice, or of an unknown order, changes nothing', () => {
    const race = averaged();
    race.cancelled('1:takeProfit:1', 0n);
    race.expectIgnored(() => race.cancelled('1:takeProfit:1', 0n));
    race.expectIgnored(() => race.cancelled('another’s', 0n));
  });

  test('a fill that is reported twice counts once, before and after its order is gone', () => {
    const race = averaged();
    race.fill('1:takeProfit:1', 300n, 203n, 'late');
    race.expectIgnored(() => race.fill('1:takeProfit:1', 300n, 203n, 'late'));
    race.cancelled('1:takeProfit:1', 300n);
    race.expectIgnored(() => race.fill('1:takeProfit:1', 300n, 203n, 'late'));
    race.expectIgnored(() => race.fill('1:averaging:1', 1_010n, 198n, 'entry'));
    expect(race.state.position.lots).toBe(1_710n);
  });

  test('a confirmation that counts a fill waits for its report; after that the order is gone for good', () => {
    const race = averaged();
    expect(race.cancelled('1:takeProfit:1', 300n)).toEqual([]);
    race.expectIgnored(() => race.cancelled('1:takeProfit:1', 300n));
    expect(race.fill('1:takeProfit:1', 300n, 203n)).toEqual(['place 1:takeProfit:3 limit 1710 at 202']);
    race.expectIgnored(() => race.fill('1:takeProfit:1', 50n, 203n));
  });

  test('reports that contradict each other are refused', () => {
    const race = averaged();
    race.fill('1:takeProfit:1', 300n, 203n);
    expect(() => race.cancelled('1:takeProfit:1', 200n)).toThrow('cancelled after 200 lots');
    expect(() => race.cancelled('1:takeProfit:1', 1_001n)).toThrow('cancelled after 1001 lots');
    race.cancelled('1:takeProfit:1', 400n);
    expect(() => race.cancelled('1:takeProfit:1', 500n)).toThrow('cancelled after 500 lots');
    expect(() => race.fill('1:takeProfit:1', 101n, 203n)).toThrow('beyond its quantity of 400 lots');
  });

  test('a sale that is reported before the purchase that it needs is refused, and booked when it is reported again', () => {
    const race = opened(stop());
    race.fill('1:stopLoss:2', 1_000n, 190n);
    expect(() => race.fill('1:takeProfit:1', 10n, 203n, 'early')).toThrow('would turn a position');
    race.fill('1:averaging:1', 1_010n, 198n);
    race.fill('1:takeProfit:1', 10n, 203n, 'early');
    expect(race.state.position.lots).toBe(1_000n);
  });
});

describe('orders that the exchange cancels by itself', () => {
  test('a base order of which only a part was filled is a base order of that size', () => {
    const race = new Race(settings());
    race.candle(200n);
    expect(race.fill('1:base', 600n, 200n)).toEqual(['place 1:takeProfit:1 limit 600 at 203']);
    expect(race.cancelled('1:base', 600n)).toEqual(['place 1:averaging:1 limit 1010 at 198']);
  });

  test('the same when the confirmation comes before the report', () => {
    const race = new Race(settings());
    race.candle(200n);
    expect(race.cancelled('1:base', 600n)).toEqual([]);
    expect(race.fill('1:base', 600n, 200n)).toEqual([
      'place 1:averaging:1 limit 1010 at 198',
      'place 1:takeProfit:1 limit 600 at 203',
    ]);
  });

  test('what a market order did not close is closed by the next; no other order is placed again', () => {
    const race = opened();
    expect(race.cancelled('1:takeProfit:1', 0n)).toEqual([]);
    expect(race.end(195n)).toEqual(['cancel 1:averaging:1', 'place 1:close:2 market 1000']);
    race.fill('1:close:2', 100n, 195n);
    expect(race.cancelled('1:close:2', 100n)).toEqual(['place 1:close:3 market 900']);
  });
});

test('pending cancels and deferred exits are stored, in finer steps too; states from before have neither', () => {
  const race = opened();
  race.fill('1:averaging:1', 1_010n, 198n);
  race.cancelled('1:takeProfit:1', 300n);
  const state = { ...race.state, closing: 'close' as const };
  const stored = JSON.parse(writeState(state, COARSE));
  expect(readState(stored, COARSE)).toEqual(state);
  const finer = readState(stored, marketRules({ ...COARSE, lotSize: '0.0001', minQuantity: '0.001' }));
  expect([finer.pendingCancels[0]?.total, finer.pendingCancels[0]?.lots, finer.deferred[0]?.lots]).toEqual([
    3_000n,
    10_000n,
    20_100n,
  ]);
  const { pendingCancels: _pending, deferred: _deferred, ...before } = JSON.parse(writeState(INITIAL, COARSE));
  expect(readState(before, COARSE)).toEqual(INITIAL);
});
