import type { RevenueFigures } from '@tidegate/client';
import { useMemo } from 'react';
import { moneyColumn } from '../kernel/amount-column.tsx';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { share } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';

type Month = RevenueFigures['mrr'][number];
type PlanMonth = RevenueFigures['plans'][number];

export function ShowRevenue() {
  const revenue = useRead('revenueGet', {});
  const currency = revenue.data?.currency ?? 'USD';
  const columns = useMemo(() => monthColumns(currency), [currency]);
  const plans: Column<PlanMonth>[] = [
    { key: 'month', title: t('Month'), value: ({ month }) => month },
    { key: 'plan', title: t('Plan'), value: ({ productName, planName }) => `${productName}: ${planName}` },
    { key: 'subscriptions', title: t('Subscriptions'), number: true, value: ({ subscriptions }) => subscriptions },
    moneyColumn({ key: 'mrr', title: t('A month'), minor: ({ mrrMinor }) => mrrMinor, currency: () => currency }),
  ];
  return (
    <Page title={t('Revenue')} lead={t('What comes in each month by subscriptions, and how it moved.')}>
      <Reading of={revenue}>
        {(data) => (
          <>
            <DataTable name={t('Months')} rows={data.mrr} columns={columns} rowKey={({ month }) => month} />
            <h2>{t('By plan')}</h2>
            {data.plans.length === 0 ? (
              <p className="quiet">{t('Nobody has paid for a plan in these months.')}</p>
            ) : (
              <DataTable
                part="plans"
                name={t('By plan')}
                rows={data.plans}
                columns={plans}
                rowKey={({ month, product, plan }) => `${month} ${product} ${plan}`}
              />
            )}
          </>
        )}
      </Reading>
    </Page>
  );
}

function monthColumns(currency: string): Column<Month>[] {
  const amount = (key: keyof Month, title: string): Column<Month> =>
    moneyColumn({ key, title, minor: (row) => Number(row[key]), currency: () => currency });
  const rate = (key: 'customerChurnRate' | 'revenueChurnRate', title: string): Column<Month> => ({
    key,
    title,
    number: true,
    value: (row) => row[key],
    cell: (row) => (row[key] === null ? '–' : share(Number(row[key]))),
  });
  return [
    { key: 'month', title: t('Month'), value: ({ month }) => month },
    amount('startMinor', t('At its start')),
    amount('newMinor', t('New')),
    amount('expansionMinor', t('Grown')),
    amount('reactivationMinor', t('Come back')),
    amount('contractionMinor', t('Shrunk')),
    amount('churnMinor', t('Lost')),
    amount('endMinor', t('At its end')),
    { key: 'customers', title: t('Customers'), number: true, value: ({ customersAtEnd }) => customersAtEnd },
    rate('customerChurnRate', t('Customers lost')),
    rate('revenueChurnRate', t('Revenue lost')),
  ];
}
