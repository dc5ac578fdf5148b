import type { DcaSettingsInput } from '@tidegate/client';

/** What the form holds: texts, because decimals are exact and may be half typed. */
export interface LadderForm {
  market: string;
  direction: 'long' | 'short';
  baseOrder: string;
  count: string;
  size: string;
  deviationPercent: string;
  stepScale: string;
  volumeScale: string;
  takeProfit: string;
  stopLoss: string;
}

export const EXAMPLE: LadderForm = {
  market: '',
  direction: 'long',
  baseOrder: '100',
  count: '5',
  size: '100',
  deviationPercent: '1.5',
  stepScale: '1.2',
  volumeScale: '1.5',
  takeProfit: '1.5',
  stopLoss: '',
};

/** A decimal comma is understood; separators of thousands are not, because they are ambiguous. */
const decimal = (text: string): string => text.trim().replace(',', '.');

export function settingsOf(form: LadderForm): DcaSettingsInput {
  return {
    market: form.market,
    direction: form.direction,
    baseOrder: decimal(form.baseOrder),
    averagingOrders: {
      count: Number(form.count),
      size: decimal(form.size),
      deviationPercent: decimal(form.deviationPercent),
      stepScale: decimal(form.stepScale),
      volumeScale: decimal(form.volumeScale),
    },
    takeProfit: { percent: decimal(form.takeProfit) },
    ...(form.stopLoss.trim() ? { stopLoss: { percent: decimal(form.stopLoss), basis: 'base' as const } } : {}),
  };
}

/** Where the API names a setting, by the form's own field. */
export const FIELDS: Record<string, keyof LadderForm> = {
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
