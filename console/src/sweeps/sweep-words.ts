import type { Sweep } from '@tidegate/client';
import { figure } from '../kernel/format.ts';
import type { Mark } from '../kernel/state-mark.tsx';
import { settingName } from '../ladder/setting-names.ts';
import type { Figure } from './heat-map.rules.ts';

export const FIGURES: Record<Figure, string> = {
  profit: 'Closed profit',
  maxDrawdown: 'Deepest drawdown',
  maxCapital: 'Most money in a trade',
  closedTrades: 'Closed trades',
};

export const MARKS: Record<Sweep['status'], Mark> = {
  waiting: 'pending',
  running: 'pending',
  done: 'ok',
  failed: 'critical',
  cancelled: 'stale',
};

export const WORDS: Record<Sweep['status'], string> = {
  waiting: 'Waits',
  running: 'Runs',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

export const STATES = Object.keys(WORDS) as Sweep['status'][];

/** Of one combination. */
export const settingsText = (values: Readonly<Record<string, string | number>>): string =>
  Object.entries(values)
    .map(([setting, value]) => `${settingName(setting)}: ${figure(String(value))}`)
    .join('; ');
