import { fieldErrors } from '../kernel/problem-form.ts';
import type { LadderForm } from './ladder-input.rules.ts';

/** Where the API names a setting, by the form's own field. */
const FIELDS: Record<string, keyof LadderForm> = {
  'settings.market': 'market',
  'settings.direction': 'direction',
  'settings.baseOrder': 'baseOrder',
  'settings.averagingOrders.count': 'count',
  'settings.averagingOrders.size': 'size',
  'settings.averagingOrders.deviationPercent': 'deviationPercent',
  'settings.averagingOrders.stepScale': 'stepScale',
  'settings.averagingOrders.volumeScale': 'volumeScale',
  'settings.takeProfit.percent': 'takeProfit',
  'settings.stopLoss.percent': 'stopLoss',
};

/** The faults of the fields of a ladder's form, and of a name beside it. */
export const ladderErrors = (error: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fieldErrors(error, {}, ['name', ...Object.keys(FIELDS)])).map(([path, text]) => [
      FIELDS[path] ?? path,
      text,
    ]),
  );
