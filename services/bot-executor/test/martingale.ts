import { MartingaleEmaSettings } from '@tidegate/contracts/bot-executor/settings';
import fc from 'fast-check';
import { INITIAL, type State } from '../src/engine/state.rules.ts';
import { EMPTY } from '../src/martingale/decide-martingale.rules.ts';
import { NO_SIGNALS, nextSignals } from '../src/martingale/signals.rules.ts';

export const martingaleSettings = (change: Partial<Record<string, unknown>> = {}) =>
  MartingaleEmaSettings.parse({
    strategy: 'martingale-ema',
    market: 'BTC-USDT',
    direction: 'long',
    balance: '1000',
    futures: { leverage: '10' },
    ...change,
  });

export const anyMartingale = fc
  .record({
    direction: fc.constantFrom('long', 'short'),
    balance: fc.constantFrom('2000', '50000'),
    openPercent: fc.constantFrom('0.6', '5'),
    maxMarginPercent: fc.constantFrom('20', '50'),
    closeAtReturnPercent: fc.constantFrom('3', '10'),
    leverage: fc.constantFrom('2', '10', '50'),
  })
  .map(({ leverage, ...more }) => martingaleSettings({ ...more, futures: { leverage } }));

/** A bot that has seen days of a calm trend towards 4,000 ticks, against which it begins at the next close. */
export function warmedUp(direction: 'long' | 'short'): State {
  let signals = NO_SIGNALS;
  const slope = direction === 'long' ? -1 : 1;
  for (let hour = -200; hour < 0; hour += 1) {
    const close = 4_000 + slope * hour + (hour % 2);
    signals = nextSignals(signals, hour * 3_600_000, { high: close + 12, low: close - 12, close });
  }
  return { ...INITIAL, memory: { ...EMPTY, signals } };
}
