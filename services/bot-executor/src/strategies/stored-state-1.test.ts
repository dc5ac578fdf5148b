import { COARSE, settingsA } from '../../test/markets.ts';
import { Race } from '../../test/race.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { readState, writeState } from './stored-state.rules.ts';

const NAMES: Record<string, string> = {
  level: 'rung',
  increased: 'entered',
  pendingCancels: 'leaving',
  deferred: 'waiting',
  deferredSince: 'waitingSince',
};

const underOldNames = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(underOldNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [NAMES[name] ?? name, underOldNames(one)]));
};

test('a state that was stored under the old names goes on, with pending cancels and deferred exits', () => {
  const race = new Race(planOf(settingsA('long', { baseOrder: '100', averagingOrders: { size: '200' } }), COARSE));
  race.candle(200n);
  race.fill('1:base', race.state.orders[0]?.lots ?? 0n, 200n);
  race.fill('1:averaging:1', race.state.orders.find(({ level }) => level === 1)?.lots ?? 0n, 198n);
  race.price(198n);
  const stored = { ...(underOldNames(JSON.parse(writeState(race.state, COARSE))) as object), version: 1 };
  expect(stored).toMatchObject({ rung: 1, leaving: [{ rung: 1 }], waiting: [{ rung: 1 }], waitingSince: 0 });
  expect(readState(stored, COARSE)).toEqual(race.state);
});
