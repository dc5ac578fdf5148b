import type { InvoiceLine } from '@tidegate/client';
import { moneyColumn } from '../kernel/amount-column.tsx';
import { DataTable } from '../kernel/data-table.tsx';
import { day, exact } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
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
            periodStart === periodEnd ? (
              <Moment at={periodStart} as={day} />
            ) : (
              <>
                <Moment at={periodStart} as={day} /> – <Moment at={periodEnd} as={day} />
              </>
            ),
        },
        {
          key: 'quantity',
          title: t('Quantity'),
          number: true,
          value: ({ quantity }) => quantity,
          cell: ({ quantity }) => exact(quantity),
        },
        moneyColumn<InvoiceLine>({
          key: 'amount',
          title: t('Amount'),
          minor: ({ amountMinor, discountMinor }) => amountMinor - discountMinor,
          currency: () => currency,
        }),
      ]}
    />
  );
}
