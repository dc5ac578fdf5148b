import { SegmentedControl } from '@mantine/core';
import type { BillingInterval } from '@tidegate/client';
import { subscriptionsPreview } from '@tidegate/client/generated/limits/billing';
import { t } from '../kernel/strings.ts';

const EACH: Record<BillingInterval, string> = { month: 'by the month', year: 'by the year' };

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
      data={subscriptionsPreview.interval.choices.map((value) => ({ value, label: t(EACH[value]) }))}
      onChange={(chosen) => onChoose(chosen === 'year' ? { interval: 'year' } : {})}
    />
  );
}
