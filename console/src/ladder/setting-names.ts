import { t } from '../kernel/strings.ts';

const TITLES: Record<string, string> = {
  market: 'Market',
  direction: 'Direction',
  baseOrder: 'First order',
  'averagingOrders.count': 'Averaging orders',
  'averagingOrders.size': 'Size of the first of them',
  'averagingOrders.deviationPercent': 'Distance of the first, in per cent',
  'averagingOrders.stepScale': 'Each distance times',
  'averagingOrders.volumeScale': 'Each size times',
  'takeProfit.percent': 'Take profit, in per cent',
  'takeProfit.includeFees': 'Take profit after fees',
  'stopLoss.percent': 'Stop loss, in per cent',
  cooldownSeconds: 'Rest between trades, in seconds',
};

/** What people know a setting as, by its place in the settings; one that only the API sets stays as it is there. */
export function settingName(place: string): string {
  const step = /^takeProfit\.steps\.(\d+)\.(percent|sharePercent)$/.exec(place);
  if (step) {
    const number = Number(step[1]) + 1;
    return step[2] === 'percent'
      ? t('Take profit, step {number}, in per cent', { number })
      : t('Part that is sold at step {number}, in per cent', { number });
  }
  const name = TITLES[place];
  return name === undefined ? place : t(name);
}
