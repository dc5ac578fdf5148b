import { Button } from '@mantine/core';
import type { PlanOrder } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';

export function DecideOrders() {
  const orders = usePages('ordersList', { limit: 50 }, { everyMs: 30_000 });
  const decide = useWrite('ordersDecide');
  const columns: Column<PlanOrder>[] = [
    {
      key: 'at',
      title: t('Ordered'),
      value: ({ orderedAt }) => orderedAt,
      cell: ({ orderedAt }) => <Moment at={orderedAt} />,
    },
    {
      key: 'org',
      title: t('Organisation'),
      value: ({ organisationId, organisationName }) => organisationName || organisationId,
    },
    { key: 'plan', title: t('Plan'), value: ({ productName, planName }) => `${productName}: ${planName}` },
    { key: 'by', title: t('By'), value: ({ orderedBy }) => orderedBy },
    {
      key: 'decide',
      title: '',
      value: () => null,
      cell: ({ organisationId, product }) => (
        <span className="row">
          <Button
            size="compact-sm"
            onClick={() =>
              decide.mutate({ organisationId, product, approve: true, reason: t('approved in the console') })
            }
          >
            {t('Approve')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() =>
              decide.mutate({ organisationId, product, approve: false, reason: t('refused in the console') })
            }
          >
            {t('Refuse')}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page title={t('Orders')} lead={t('Plans that begin when you approve them.')}>
      <ProblemNote error={decide.error} />
      <Reading of={orders}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('Nobody waits')} />
          ) : (
            <DataTable
              name={t('Orders')}
              rows={items}
              columns={columns}
              rowKey={({ organisationId, product }) => `${organisationId} ${product}`}
              more={more}
            />
          )
        }
      </Reading>
    </Page>
  );
}
