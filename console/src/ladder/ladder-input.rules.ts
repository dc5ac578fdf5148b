import type { DcaSettings, DcaSettingsInput } from '@tidegate/client';

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

/** What the form says over the settings that there are: those that it does not show stay as they were. */
export function settingsOf(form: LadderForm, before?: DcaSettings): DcaSettingsInput {
  const { stopLoss: oldStop, ...others } = before ?? {};
  return {
    ...others,
    market: form.market,
    direction: form.direction,
    baseOrder: decimal(form.baseOrder),
    averagingOrders: {
      ...before?.averagingOrders,
      count: Number(form.count),
      size: decimal(form.size),
      deviationPercent: decimal(form.deviationPercent),
      stepScale: decimal(form.stepScale),
      volumeScale: decimal(form.volumeScale),
    },
    takeProfit: { ...before?.takeProfit, percent: decimal(form.takeProfit) },
    ...(form.stopLoss.trim()
      ? { stopLoss: { basis: 'base' as const, ...oldStop, percent: decimal(form.stopLoss) } }
      : {}),
  };
}

export const formOf = ({
  market,
  direction,
  baseOrder,
  averagingOrders,
  takeProfit,
  stopLoss,
}: DcaSettings): LadderForm => ({
  market,
  direction,
  baseOrder,
  count: String(averagingOrders.count),
  size: averagingOrders.size,
  deviationPercent: averagingOrders.deviationPercent,
  stepScale: averagingOrders.stepScale,
  volumeScale: averagingOrders.volumeScale,
  takeProfit: takeProfit.percent,
  stopLoss: stopLoss?.percent ?? '',
});

/** What of the form differs: what saving would change. Numbers are compared as numbers, `1.50` is `1.5`. */
export const changesOf = (
  before: LadderForm,
  after: LadderForm,
): { field: keyof LadderForm; from: string; to: string }[] =>
  (Object.keys(before) as (keyof LadderForm)[])
    .map((field) => ({ field, from: before[field], to: decimal(after[field]) }))
    .filter(({ from, to }) => plain(from) !== plain(to));

const plain = (text: string): string =>
  /^\d*\.?\d+$/.test(text)
    ? text
        .replace(/^0+(?=\d)/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    : text;

/** The market that was chosen, or else one whose prices are there. */
export const marketOf = (chosen: string, markets: readonly { market: string; bundled: boolean }[]): string =>
  chosen || (markets.find(({ bundled }) => bundled)?.market ?? markets[0]?.market ?? '');

/** What each field is called, in the form and where a change of it is listed. */
export const TITLES: Record<keyof LadderForm, string> = {
  market: 'Market',
  direction: 'Direction',
  baseOrder: 'First order',
  count: 'Averaging orders',
  size: 'Size of the first of them',
  deviationPercent: 'Distance of the first, in per cent',
  stepScale: 'Each distance times',
  volumeScale: 'Each size times',
  takeProfit: 'Take profit, in per cent',
  stopLoss: 'Stop loss, in per cent (empty: none)',
};
