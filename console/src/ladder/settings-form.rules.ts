import type { BotSettings, BotSettingsInput, DcaSettings, MartingaleEmaSettings } from '@tidegate/client';
import { type Field, fieldsOf, STEPS, type Strategy } from './setting-sections.rules.ts';

/** As it is typed: a text, because decimals are exact and may be half typed. */
type Typed<T> = T extends boolean
  ? boolean
  : T extends string | number
    ? string
    : T extends readonly (infer Item)[]
      ? Typed<Item>[]
      : { [Key in keyof T]-?: Typed<NonNullable<T[Key]>> };

/** What the form holds: every setting of every strategy, at the place where the API has it. */
export type SettingsForm = { strategy: Strategy } & Typed<
  Omit<DcaSettings, 'strategy'> & Omit<MartingaleEmaSettings, 'strategy'>
>;

/** Nothing is set but what the API sets by itself. */
export const UNSET: SettingsForm = {
  strategy: 'dca',
  market: '',
  direction: 'long',
  baseOrder: '',
  averagingOrders: {
    count: '',
    size: '',
    deviationPercent: '',
    stepScale: '1',
    volumeScale: '1',
    deviationFrom: 'base',
    activeLimit: '',
  },
  takeProfit: { percent: '', basis: 'average', includeFees: false, steps: [], trailingPercent: '' },
  stopLoss: { percent: '', basis: 'base', breakEvenAtPercent: '', timeoutSeconds: '' },
  cooldownSeconds: '',
  maxTrades: '',
  minPrice: '',
  maxPrice: '',
  futures: { leverage: '', fundingRatePercent: '0', fundingEveryHours: '8' },
  balance: '',
  openPercent: '0.6',
  maxMarginPercent: '50',
  closeAtReturnPercent: '10',
};

export const EXAMPLE: SettingsForm = {
  ...UNSET,
  baseOrder: '100',
  averagingOrders: {
    ...UNSET.averagingOrders,
    ...{ count: '5', size: '100', deviationPercent: '1.5', stepScale: '1.2', volumeScale: '1.5' },
  },
  takeProfit: { ...UNSET.takeProfit, percent: '1.5' },
  balance: '1000',
};

export const EMPTY_STEP: SettingsForm['takeProfit']['steps'][number] = { percent: '', sharePercent: '' };

/** A decimal comma is understood, and the minus sign that pages show; separators of thousands are not, because they are ambiguous. */
const decimal = (text: string): string => text.trim().replace(',', '.').replace('\u2212', '-');

type Tree = Record<string, unknown>;

export const valueAt = (of: unknown, place: string): unknown =>
  place.split('.').reduce<unknown>((at, key) => (at as Tree | undefined)?.[key], of);

/** Without a value the place is empty, and so is what held nothing else. */
function put(tree: Tree, [key = '', ...below]: readonly string[], value: unknown): void {
  if (below.length > 0) {
    const branch = (tree[key] ?? {}) as Tree;
    put(branch, below, value);
    if (Object.keys(branch).length > 0) tree[key] = branch;
    else delete tree[key];
  } else if (value === undefined) delete tree[key];
  else tree[key] = value;
}

const isEmpty = (value: unknown): boolean => typeof value === 'string' && value.trim() === '';

/** Whether it can be typed: what depends on a setting that is empty cannot. */
export const isUsed = ({ within }: Field, form: SettingsForm): boolean => !within || !isEmpty(valueAt(form, within));

function sent(field: Field, form: SettingsForm): unknown {
  const value = valueAt(form, field.place);
  if (field === STEPS) {
    const steps = form.takeProfit.steps.map(({ percent, sharePercent }) => ({
      percent: decimal(percent),
      sharePercent: decimal(sharePercent),
    }));
    return steps.length > 0 ? steps : undefined;
  }
  if (!isUsed(field, form)) return undefined;
  if (typeof value !== 'string') return value;
  const text = decimal(value);
  // What is needed and absent is refused at its field: nothing is no number, and neither is a word.
  if (text === '') return field.needed && !field.whole ? text : undefined;
  return field.whole && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** What the form says over the settings that there are: one that it does not know stays as it was. */
export function settingsOf(form: SettingsForm, before?: BotSettings): BotSettingsInput {
  const settings: Tree = { ...structuredClone(before), strategy: form.strategy };
  for (const field of fieldsOf(form.strategy)) put(settings, field.place.split('.'), sent(field, form));
  return settings as unknown as BotSettingsInput;
}

/** What was never set is as in a form in which nothing was typed. */
export const formOf = (settings: BotSettings): SettingsForm => typed(UNSET, settings) as SettingsForm;

function typed(template: unknown, given: unknown): unknown {
  if (given === undefined || given === null) return template;
  if (typeof template === 'boolean') return given;
  if (Array.isArray(template)) return (given as unknown[]).map((one) => typed(EMPTY_STEP, one));
  if (typeof template !== 'object') return String(given);
  const texts = Object.entries(template as Tree).map(([key, below]) => [key, typed(below, (given as Tree)[key])]);
  return Object.fromEntries(texts);
}

export type Value = string | number | boolean;

/** Each with its place. */
export function* flat(value: unknown, at = ''): Generator<[string, Value]> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, below] of Object.entries(value)) yield* flat(below, at ? `${at}.${key}` : key);
  } else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') yield [at, value];
}

export interface SettingChange {
  place: string;
  /** undefined: it was not set, or will not be. */
  from: Value | undefined;
  to: Value | undefined;
}

/** What saving would change. Numbers are compared as numbers, `1.50` is `1.5`. */
export function changesOf(before: SettingsForm, after: SettingsForm): SettingChange[] {
  const [old, now] = [before, after].map((form) => new Map(flat(settingsOf(form)))) as [
    Map<string, Value>,
    Map<string, Value>,
  ];
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((place) => ({ place, from: old.get(place), to: now.get(place) }))
    .filter(({ from, to }) => plain(String(from)) !== plain(String(to)));
}

const plain = (text: string): string =>
  /^\d*\.?\d+$/.test(text)
    ? text
        .replace(/^0+(?=\d)/, '')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    : text;

/** Whether somebody has set something of these. */
export const isAnySet = (fields: readonly Field[], form: SettingsForm): boolean =>
  fields.some(({ place }) => JSON.stringify(valueAt(form, place)) !== JSON.stringify(valueAt(UNSET, place)));

/** The market that was chosen, or else one whose prices are there. */
export const marketOf = (chosen: string, markets: readonly { market: string; bundled: boolean }[]): string =>
  chosen || (markets.find(({ bundled }) => bundled)?.market ?? markets[0]?.market ?? '');
