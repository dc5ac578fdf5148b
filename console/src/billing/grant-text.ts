import type { FeatureGrant, FeatureInfo } from '@tidegate/client';
import { exact, inUnits } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

const EACH = {
  hour: 'an hour',
  day: 'a day',
  month: 'a month',
  period: 'in each paid period',
  ever: 'in all',
} as const;

/** How much of a feature, in words; null: nothing. */
export function amountText(grant: FeatureGrant, info: FeatureInfo | undefined): string | null {
  switch (grant.kind) {
    case 'boolean':
      return grant.value ? t('included') : null;
    case 'level':
      return grant.level === 'none' ? null : t(grant.level);
    case 'static':
      return grant.value === 0 ? null : quantityText(grant.value, info);
    case 'counted':
      return grant.limit === 0 ? null : numberText(grant.limit);
    case 'metered':
      return grant.limit === 0 && grant.enforcement === 'hard'
        ? null
        : `${numberText(grant.limit)} ${t(EACH[grant.per])}${rolloverText(grant.rollover)}`;
  }
}

/** What a plan gives of a feature, by its name; null: nothing. */
export function grantText(grant: FeatureGrant, info: FeatureInfo | undefined): string | null {
  const name = info?.name ?? '';
  const amount = amountText(grant, info);
  const text = amount === null || grant.kind === 'boolean' ? amount && name : `${name}: ${amount}`;
  return text && `${text}${info ? comingText([info], [info.key]) : ''}`;
}

/** Behind what is sold and cannot be used so far: who buys it should know. Empty for everything else. */
export const comingText = (features: readonly FeatureInfo[], keys: readonly string[]): string =>
  features.some(({ key, coming }) => coming && keys.includes(key)) ? ` (${t('coming, not there yet')})` : '';

const rolloverText = (rollover: { max: number } | undefined): string =>
  rollover ? `, ${t('up to {count} left over are kept', { count: exact(rollover.max) })}` : '';
/** Units that every language has a plural of. Another one is left out where the feature's name says it: `API calls`. */
const UNITS = new Set(['second', 'minute', 'hour', 'day', 'week', 'month', 'year']);
function quantityText(value: number, info: FeatureInfo | undefined): string {
  const { unit = '', name = '' } = info ?? {};
  if (UNITS.has(unit)) return inUnits(value, unit);
  return name.toLowerCase().includes(unit.toLowerCase()) ? exact(value) : `${exact(value)} ${unit}`;
}

const numberText = (limit: number | null): string => (limit === null ? t('without limit') : exact(limit));
