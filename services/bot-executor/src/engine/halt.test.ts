import { AROUND, COARSE, candles, settingsA } from '../../test/markets.ts';
import { planOf } from '../ladder/plan.rules.ts';
import { decide } from '../strategies/decide.rules.ts';
import { paperExchange } from './paper-exchange.rules.ts';
import { halt } from './refusals.rules.ts';
import { INITIAL, type MarketEvent, type State } from './state.rules.ts';

/* A bot that asks to be halted is halted, on paper too: its step reports it to the runner. */

const PLAN = planOf(settingsA('long'), COARSE);

/** Asks for it at the second open. */
const strategy = {
  judgesCandles: () => false,
  decide: (state: State, event: MarketEvent, plan: typeof PLAN) => {
    const decision = decide(state, event, plan);
    return event.type === 'candle' && event.at > 0
      ? halt(decision, 'positionChanged', 'somebody else traded')
      : decision;
  },
};

test('the step says so, entries are gone, exits stand, and nothing is bought afterwards', () => {
  const { runCandle } = paperExchange(strategy);
  const [first, second, third] = candles([200, 200, 200, 200], [200, 200, 200, 200], [200, 200, 150, 150]);
  if (!first || !second || !third) throw new Error('There are three candles.');
  const opened = runCandle(INITIAL, first, PLAN, AROUND);
  expect(opened.halt).toBeUndefined();
  const halted = runCandle(opened.state, second, PLAN, AROUND);
  expect(halted.halt).toEqual({ type: 'halt', reason: 'positionChanged', message: 'somebody else traded' });
  expect(halted.state.orders.map(({ kind }) => kind)).toEqual(['takeProfit']);
  const after = runCandle(halted.state, third, PLAN, AROUND);
  expect([after.fills, after.halt]).toEqual([[], undefined]);
});
