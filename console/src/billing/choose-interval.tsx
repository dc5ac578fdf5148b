import { SegmentedControl } from '@mantine/core';
import type { BillingInterval } from '@tidegate/client';
import { t } from '../kernel/strings.ts';

/** By the month stands in no address: it is what everybody sees first. */
export function ChooseInterval({
  interval,
  onChoose,
}: {
  interval: BillingInterval;
  onChoose: (search: { interval?: 'year' }) => void;
}) {
  return (
    <SegmentedControl
      aria-label={t('Paid')}
      value={interval}
      data={[
        { value: 'month', label: t('by the month') },
        { value: 'year', label: t('by the year') },
      ]}
      onChange={(chosen) => onChoose(chosen === 'year' ? { interval: 'year' } : {})}
    />
  );
}
