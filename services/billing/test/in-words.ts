import type { FeatureGrant } from '@tidegate/contracts/billing/features';

export const number = (limit: number | null): string => (limit === null ? 'unlimited' : String(limit));

const WINDOWS = { hour: 'an hour', day: 'a day', month: 'a month', period: 'a period', ever: 'ever' };

/** What is given of a feature, as people say it. */
export function inWords(grant: FeatureGrant): string {
  switch (grant.kind) {
    case 'boolean':
      return grant.value ? 'yes' : 'no';
    case 'level':
      return grant.level;
    case 'static':
      return String(grant.value);
    case 'counted':
      return number(grant.limit);
    case 'metered':
      return `${number(grant.limit)} ${WINDOWS[grant.per]}`;
  }
}

/** What is not given. */
export const NOTHING = ['no', 'none', '0', '0 a month', '0 a day', '0 an hour'];
