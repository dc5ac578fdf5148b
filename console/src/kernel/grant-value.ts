import type { Grant } from '@tidegate/client';
import { exact } from './format.ts';
import { t } from './strings.ts';

/** How much of a feature was given, in words. */
export const valueText = (value: Grant['value']): string =>
  value === null
    ? t('without limit')
    : typeof value === 'number'
      ? exact(value)
      : typeof value === 'boolean'
        ? value
          ? t('included')
          : t('not included')
        : t(value);
