import type { BotSettings } from '@tidegate/client';
import { figure } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import { flat, type Value } from './settings-form.rules.ts';

const TITLES: Record<string, string> = {
  strategy: 'Strategy',
  market: 'Market',
  direction: 'Direction',
  'futures.leverage': 'Leverage',
  balance: 'What it may risk',
  baseOrder: 'First order',
  'averagingOrders.count': 'Averaging orders',
  'averagingOrders.size': 'Size of the first of them',
  'averagingOrders.deviationPercent': 'Distance of the first, in per cent',
  'averagingOrders.stepScale': 'Each distance times',
  'averagingOrders.volumeScale': 'Each size times',
  'averagingOrders.deviationFrom': 'Distances are measured from',
  'averagingOrders.activeLimit': 'Of them wait at once, at most',
  'takeProfit.percent': 'Take profit, in per cent',
  'takeProfit.includeFees': 'Take profit after fees',
  'takeProfit.basis': 'Take profit is measured from',
  'takeProfit.trailingPercent': 'Follows the best price that far behind, in per cent',
  'stopLoss.percent': 'Stop loss, in per cent',
  'stopLoss.basis': 'Stop loss is measured from',
  'stopLoss.breakEvenAtPercent': 'Stop loss moves to break-even at a profit of, in per cent',
  'stopLoss.timeoutSeconds': 'Price must stay beyond the stop loss for, in seconds',
  openPercent: 'Margin of the first order, in per cent of the balance',
  maxMarginPercent: 'Most margin, in per cent of the balance',
  closeAtReturnPercent: 'Closes all at a profit on the margin of, in per cent',
  'futures.fundingRatePercent': 'Assumed funding rate, in per cent',
  'futures.fundingEveryHours': 'Hours between fundings',
  cooldownSeconds: 'Rest between trades, in seconds',
  maxTrades: 'Most trades that it opens',
  minPrice: 'Opens no trade below a price of',
  maxPrice: 'Opens no trade above a price of',
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

const WORDS: Record<string, string> = {
  dca: 'DCA: a ladder of orders',
  'martingale-ema': 'Martingale, guided by moving averages',
  long: 'long',
  short: 'short',
  base: 'the first order',
  average: 'the average price',
  lastFill: 'the order before',
  true: 'yes',
  false: 'no',
};
/** Those that hold a name of somebody's, which is no word of ours. */
const NAMES = new Set(['market']);

export interface Setting {
  place: string;
  name: string;
  value: string;
}

/** Every setting in words, in the order in which people read them; what is not set and matters says so. */
export function settingsIn(settings: BotSettings): Setting[] {
  const set = new Map<string, Value>(flat(settings));
  if (!set.has('strategy')) set.set('strategy', 'dca');
  const known = Object.keys(TITLES);
  const places = [...set.keys()].sort((a, b) => placeOf(a, known) - placeOf(b, known));
  const said = places.map((place) => ({
    place,
    name: settingName(place),
    value: settingValue(place, set.get(place) ?? ''),
  }));
  const absent: [string, string][] = [
    ['futures.leverage', t('none: nothing is borrowed')],
    ['stopLoss.percent', t('none')],
  ];
  const missing = 'averagingOrders' in settings ? absent.filter(([place]) => !set.has(place)) : [];
  return [...said, ...missing.map(([place, value]) => ({ place, name: settingName(place), value }))];
}

/** In the order in which they are read; the last one has whatever belongs to none before it. */
const GROUPS: readonly { title: string; of: RegExp }[] = [
  { title: 'What it trades', of: /^(strategy|market|direction|futures)\b/ },
  { title: 'Orders', of: /^(baseOrder|averagingOrders|balance|openPercent|maxMarginPercent)\b/ },
  { title: 'Exits', of: /^(takeProfit|stopLoss|closeAtReturnPercent)\b/ },
  { title: 'When a trade may begin', of: /^/ },
];

/** Every setting in words, by what it is about. */
export const settingGroups = (settings: BotSettings): { title: string; settings: Setting[] }[] =>
  [...Map.groupBy(settingsIn(settings), ({ place }) => GROUPS.find(({ of }) => of.test(place))?.title ?? '')]
    .map(([title, some]) => ({ title, settings: some }))
    .toSorted((a, b) => orderOf(a.title) - orderOf(b.title));

const orderOf = (title: string): number => GROUPS.findIndex((one) => one.title === title);

/** Steps of a take profit stand behind its percentage. */
function placeOf(place: string, known: readonly string[]): number {
  const step = /^takeProfit\.steps\.(\d+)/.exec(place);
  if (step) return known.indexOf('takeProfit.percent') + (Number(step[1]) + 1) / 10;
  const index = known.indexOf(place);
  return index < 0 ? known.length : index;
}

/** What a setting is set to, in words. */
export function settingValue(place: string, value: Value): string {
  if (NAMES.has(place)) return String(value);
  const word = WORDS[String(value)];
  if (word !== undefined) return t(word);
  return figure(value as string | number) ?? String(value);
}

/** ×10, where something is borrowed. */
export const leverageOf = (settings: BotSettings): string | undefined =>
  settings.futures ? `×${figure(settings.futures.leverage)}` : undefined;
