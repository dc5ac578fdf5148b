import type { InvoiceLine } from '@tidegate/client';
import { DataTable } from '../kernel/data-table.tsx';
import { day, exact, money } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';

export function InvoiceLines({ lines, currency }: { lines: readonly InvoiceLine[]; currency: string }) {
  return (
    <DataTable
      name={t('Lines')}
      rows={lines}
      rowKey={({ item, periodStart, amountMinor }) => `${item} ${periodStart} ${amountMinor}`}
      columns={[
        { key: 'description', title: t('What'), value: ({ description }) => description },
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
