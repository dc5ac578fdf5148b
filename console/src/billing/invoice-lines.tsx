import type { InvoiceLine } from '@tidegate/client';
import { DataTable } from '../kernel/data-table.tsx';
import { day, exact, money } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

/** How much was used, and what paid for the part that is not charged. */
function paidBy({ used, covered, charged }: NonNullable<InvoiceLine['usage']>): string {
  const parts = [
    t('{count} used', { count: exact(used ?? 0) }),
    t('{count} in the plan', { count: exact(covered?.plan ?? 0) }),
    ...(covered?.rollover ? [t('{count} left of earlier periods', { count: exact(covered.rollover) })] : []),
    ...(covered?.credits ? [t('{count} prepaid', { count: exact(covered.credits) })] : []),
    t('{count} charged', { count: exact(charged ?? 0) }),
  ];
  return parts.join(', ');
}

interface Props {
  lines: readonly InvoiceLine[];
  currency: string;
  part?: string;
}

export function InvoiceLines({ lines, currency, part }: Props) {
  return (
    <DataTable
      {...(part === undefined ? {} : { part })}
      name={t('Lines')}
      rows={lines}
      rowKey={({ item, periodStart, amountMinor }) => `${item} ${periodStart} ${amountMinor}`}
      columns={[
        {
          key: 'description',
          title: t('What'),
          value: ({ description }) => description,
          cell: ({ description, usage }) => (
            <>
              {description}
              {usage?.covered ? <p className="quiet">{paidBy(usage)}</p> : null}
            </>
          ),
        },
        {
          key: 'period',
          title: t('For'),
          value: ({ periodStart }) => periodStart,
          cell: ({ periodStart, periodEnd }) =>
            periodStart === periodEnd ? day(periodStart) : `${day(periodStart)} – ${day(periodEnd)}`,
        },
        {
          key: 'quantity',
          title: t('Quantity'),
          number: true,
          value: ({ quantity }) => quantity,
          cell: ({ quantity }) => exact(quantity),
        },
        {
          key: 'amount',
          title: t('Amount'),
          number: true,
          value: ({ amountMinor, discountMinor }) => amountMinor - discountMinor,
          cell: ({ amountMinor, discountMinor }) => money(amountMinor - discountMinor, currency),
        },
      ]}
    />
  );
}
