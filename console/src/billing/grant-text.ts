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

/** What a plan gives of a feature, in words; null: nothing. */
export function grantText(grant: FeatureGrant, info: FeatureInfo | undefined): string | null {
  const name = info?.name ?? '';
  switch (grant.kind) {
    case 'boolean':
      return grant.value ? name : null;
    case 'level':
      return grant.level === 'none' ? null : `${name}: ${t(grant.level)}`;
    case 'static':
      return `${name}: ${exact(grant.value)} ${info?.unit ?? ''}`.trim();
    case 'counted':
      return grant.limit === 0 ? null : `${name}: ${numberText(grant.limit)}`;
    case 'metered':
      return grant.limit === 0 && grant.enforcement === 'hard'
        ? null
        : `${name}: ${numberText(grant.limit)} ${t(EACH[grant.per])}`;
  }
}

const numberText = (limit: number | null): string => (limit === null ? t('without limit') : exact(limit));
