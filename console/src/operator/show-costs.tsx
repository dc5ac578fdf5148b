import { TextInput } from '@mantine/core';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { CostFigures } from '@tidegate/client';
import { amountColumn, moneyColumn, profitColumn } from '../kernel/amount-column.tsx';
import { useOrg, useRead } from '../kernel/api.ts';
import type { Column } from '../kernel/csv.rules.ts';
import { DataTable } from '../kernel/data-table.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';

type Balance = Pick<CostFigures['plans'][number], 'mrrMinor' | 'usageMinor' | 'cost' | 'margin'>;

const route = getRouteApi('/o/$org/operator/costs');

/** What the use of a month costs the operator against what it brings; customers are never shown it. */
export function ShowCosts() {
  const { month } = route.useSearch();
  const navigate = route.useNavigate();
  const costs = useRead('costsGet', month ? { month } : {});
  return (
    <Page title={t('Costs')} lead={t('What the use of a month costs you, against what it brings.')}>
      <TextInput
        type="month"
        label={t('Month')}
        maw="12rem"
        value={month ?? costs.data?.month ?? ''}
        onChange={({ currentTarget: { value } }) => void navigate({ search: value ? { month: value } : {} })}
      />
      <Reading of={costs}>{(data) => <Tables figures={data} />}</Reading>
    </Page>
  );
}

function Tables({ figures: { currency, unknown, meters, plans, organisations } }: { figures: CostFigures }) {
  const org = useOrg();
  return (
    <>
      {unknown > 0 ? (
        <p>
          {t('{count, plural, one {Of # organisation} other {Of # organisations}} it is not known what they used.', {
            count: unknown,
          })}
        </p>
      ) : null}
      <h2>{t('By plan')}</h2>
      <DataTable
        part="plans"
        name={t('By plan')}
        rows={plans}
        columns={[
          { key: 'plan', title: t('Plan'), value: ({ product, plan }) => nameOf(product, plan) },
          { key: 'organisations', title: t('Organisations'), number: true, value: (row) => row.organisations },
          ...balanceColumns<CostFigures['plans'][number]>(currency),
        ]}
        rowKey={({ product, plan }) => `${product} ${plan}`}
      />
      <h2>{t('By organisation')}</h2>
      <DataTable
        part="organisations"
        name={t('By organisation')}
        rows={organisations}
        columns={[
          {
            key: 'organisation',
            title: t('Organisation'),
            value: ({ organisationId, name }) => name || organisationId,
            cell: ({ organisationId, name }) => (
              <Link to="/o/$org/operator/organisations/$organisationId" params={{ org, organisationId }}>
                {name || organisationId}
              </Link>
            ),
          },
          { key: 'plans', title: t('Plans'), value: ({ plans: had }) => had.join(', ') },
          ...balanceColumns<CostFigures['organisations'][number]>(currency),
        ]}
        rowKey={({ organisationId }) => organisationId}
      />
      <h2>{t('By meter')}</h2>
      {meters.length === 0 ? (
        <p className="quiet">{t('No feature of the catalogue says what a unit costs you.')}</p>
      ) : (
        <DataTable
          part="meters"
          name={t('By meter')}
          rows={meters}
          columns={[
            { key: 'meter', title: t('Meter'), value: ({ meter }) => meter },
            { key: 'quantity', title: t('Used'), number: true, value: ({ quantity }) => quantity },
            exact('unitCost', t('A unit costs'), currency, ({ unitCost }) => unitCost),
            exact('cost', t('Cost'), currency, ({ cost }) => cost),
          ]}
          rowKey={({ meter }) => meter}
        />
      )}
    </>
  );
}

const nameOf = (product: string | null, plan: string | null): string =>
  product === null ? t('what all products share') : `${product}.${plan ?? '–'}`;

const exact = (
  key: string,
  title: string,
  currency: string,
  amount: (row: CostFigures['meters'][number]) => string,
): Column<CostFigures['meters'][number]> => amountColumn({ key, title, amount, currency: () => currency });

function balanceColumns<Row extends Balance>(currency: string): Column<Row>[] {
  const of = { currency: () => currency };
  return [
    moneyColumn({ ...of, key: 'mrr', title: t('Recurring'), minor: ({ mrrMinor }) => mrrMinor }),
    moneyColumn({ ...of, key: 'usage', title: t('Charged for use'), minor: ({ usageMinor }) => usageMinor }),
    amountColumn({ ...of, key: 'cost', title: t('Cost'), amount: ({ cost }) => cost }),
    profitColumn({ ...of, key: 'margin', title: t('Margin'), amount: ({ margin }) => margin }),
  ];
}
