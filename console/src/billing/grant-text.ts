import type { FeatureGrant, FeatureInfo } from '@tidegate/client';
import { exact } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

const EACH = {
  hour: 'an hour',
  day: 'a day',
  month: 'a month',
  period: 'in each paid period',
  ever: 'in all',
} as const;

/** How much of a feature, in words; null: nothing. */
export function amountText(grant: FeatureGrant, unit: string | undefined): string | null {
  switch (grant.kind) {
    case 'boolean':
      return grant.value ? t('included') : null;
    case 'level':
      return grant.level === 'none' ? null : t(grant.level);
    case 'static':
      return unit === 'day'
        ? t('{count, plural, one {# day} other {# days}}', { count: grant.value })
        : `${exact(grant.value)} ${unit ?? ''}`.trim();
    case 'counted':
      return grant.limit === 0 ? null : numberText(grant.limit);
    case 'metered':
      return grant.limit === 0 && grant.enforcement === 'hard'
        ? null
        : `${numberText(grant.limit)} ${t(EACH[grant.per])}`;
  }
}

/** What a plan gives of a feature, by its name; null: nothing. */
export function grantText(grant: FeatureGrant, info: FeatureInfo | undefined): string | null {
  const name = info?.name ?? '';
  const amount = amountText(grant, info?.unit);
  return amount === null || grant.kind === 'boolean' ? amount && name : `${name}: ${amount}`;
}

const numberText = (limit: number | null): string => (limit === null ? t('without limit') : exact(limit));
