import { DcaSettings } from '@tidegate/contracts/bot-executor/settings';
import type { SweptSetting } from '@tidegate/contracts/bot-executor/sweeps';
import { fieldErrors, invalid, invalidInWords } from '@tidegate/contracts/kernel/problem';
import { checkedPlan, checkSettings } from '../ladder/check-settings.rules.ts';
import { planOf } from '../ladder/plan.rules.ts';
import type { MarketRules } from '../markets/markets.rules.ts';
import { combinationCount } from './sweep-budget.rules.ts';

/*
 * The settings with every combination of the swept values. A value that its setting does not allow refuses the whole
 * sweep; a combination whose values cannot work together is left out.
 */
export type Values = Record<string, string | number>;

export interface Combination {
  values: Values;
  settings: DcaSettings;
}

export function combinationsOf(
  settings: DcaSettings,
  vary: readonly SweptSetting[],
  ticks: bigint,
  market: MarketRules,
): { valid: Combination[]; refused: number } {
  const twice = vary.findIndex(({ setting }, index) => vary.some((one, at) => at < index && one.setting === setting));
  if (twice >= 0) throw invalid(`/vary/${twice}/setting`, 'swept_twice', 'Give all values of a setting in one place.');
  combinationCount(vary);
  const all = everyOf(vary).map((values) => ({ values, settings: withValues(settings, values, vary) }));
  const valid = all.filter((one) => canWork(one.settings, ticks, market));
  if (valid.length > 0) return { valid, refused: all.length - valid.length };
  // None is valid: the fault of the first one says why.
  checkedPlan((all[0] as Combination).settings, ticks, market);
  throw new Error('Settings were refused and then accepted.');
}

function everyOf(vary: readonly SweptSetting[]): Values[] {
  return vary.reduce<Values[]>(
    (sofar, { setting, values }) => sofar.flatMap((one) => values.map((value) => ({ ...one, [setting]: value }))),
    [{}],
  );
}

function withValues(settings: DcaSettings, values: Values, vary: readonly SweptSetting[]): DcaSettings {
  const copy = structuredClone(settings) as Record<string, unknown>;
  for (const [path, value] of Object.entries(values)) {
    const [outer = '', inner] = path.split('.');
    if (inner === undefined) copy[outer] = value;
    else copy[outer] = { ...(copy[outer] as object | undefined), [inner]: value };
  }
  const parsed = DcaSettings.safeParse(copy);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const index = vary.findIndex(({ setting }) => setting === path);
  const field = index < 0 ? `/settings/${path.replaceAll('.', '/')}` : `/vary/${index}/values`;
  const [fault] = fieldErrors(parsed.error);
  throw invalidInWords(field, 'invalid_value', `${path}: ${fault?.message}`);
}

const canWork = (settings: DcaSettings, ticks: bigint, market: MarketRules): boolean =>
  checkSettings(planOf(settings, market), ticks) === undefined;
