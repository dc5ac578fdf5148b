import { COARSE } from '../../test/markets.ts';
import { martingaleSettings, warmedUp } from '../../test/martingale.ts';
import { Race } from '../../test/race.ts';
import { memoryOf } from './decide-martingale.rules.ts';
import { martingalePlanOf } from './plan.rules.ts';

/* Entries are taken back at the end of each candle; the table is asked when it is known what is open. */
const PLAN = martingalePlanOf(martingaleSettings({ balance: '50000' }), COARSE);
const HOUR = 3_600_000;

/** At the close of the hour. */
const close = (race: Race, hour: number, ticks: bigint, mayOpen = true) =>
  race.send({ type: 'closed', at: hour * HOUR, high: ticks + 12n, low: ticks - 12n, close: ticks, mayOpen });

function begun(): Race {
  const race = new Race(PLAN, warmedUp('long'));
  expect(close(race, 0, 3_999n)).toEqual(['place 1:base:1 limit 1500 at 3999']);
  return race;
}

test('the next entry is decided when the last one is gone; a base order that never filled began no trade', () => {
  const race = begun();
  expect(close(race, 1, 3_998n)).toEqual(['cancel 1:base:1']);
  expect(race.state.trade).toBe(1);
  expect(race.cancelled('1:base:1', 0n)).toEqual(['place 1:base:2 limit 1500 at 3998']);
  expect(race.state.trade).toBe(1);
});

test('an entry that fills while it is taken back is a position that the table knows of', () => {
  const race = begun();
  close(race, 1, 3_998n);
  expect(race.fill('1:base:1', 700n, 3_999n)).toEqual([]);
  // It adds in proportion to the loss, which is too little here, and begins no second trade.
  expect(race.cancelled('1:base:1', 700n)).toEqual([]);
  expect([race.state.trade, race.state.position.lots]).toEqual([1, 700n]);
});

test('the same when its report comes after the confirmation, or when it fills to the end', () => {
  for (const lots of [700n, 1_500n]) {
    const race = begun();
    close(race, 1, 3_998n);
    expect(race.cancelled('1:base:1', lots)).toEqual([]);
    expect(memoryOf(race.state).unjudged).toBeDefined();
    expect(race.fill('1:base:1', lots, 3_999n)).toEqual([]);
    expect([race.state.trade, race.state.position.lots]).toEqual([1, lots]);
    expect(memoryOf(race.state).unjudged).toBeUndefined();
  }
});

test('only the last close is judged when the confirmation takes longer than a candle', () => {
  const race = begun();
  expect(close(race, 1, 3_998n)).toEqual(['cancel 1:base:1']);
  expect(close(race, 2, 3_990n)).toEqual([]);
  expect(race.cancelled('1:base:1', 0n)).toEqual(['place 1:base:2 limit 1503 at 3990']);
});

test('once the trade is ended nothing begins from a close before, and what still fills is closed', () => {
  const empty = begun();
  close(empty, 1, 3_998n);
  empty.end(3_998n);
  expect(empty.cancelled('1:base:1', 0n)).toEqual([]);

  const race = begun();
  close(race, 1, 3_998n);
  expect(race.end(3_998n)).toEqual([]);
  expect(race.fill('1:base:1', 700n, 3_999n)).toEqual(['place 1:close:2 market 700']);
  expect(race.cancelled('1:base:1', 700n)).toEqual([]);
  expect(race.fill('1:close:2', 700n, 3_998n)).toEqual([]);
  expect(race.state.position.lots).toBe(0n);
});
