import type { PlanOrder } from '@tidegate/client';
import { ordersDecide } from '@tidegate/client/generated/limits/operator';
import { usePages, useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { DialogButton } from '../kernel/dialog-button.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { ReasonForm } from './reason-form.tsx';

export function DecideOrders() {
  const orders = usePages('ordersList', { limit: 50 }, { everyMs: 30_000 });
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
      cell: (order) => (
        <span className="row">
          <DialogButton label={t('Approve')} question={t('Approve {plan}?', wordsOf(order))}>
            {(close) => <Decision order={order} approve onDone={close} />}
          </DialogButton>
          <DialogButton label={t('Refuse')} question={t('Refuse {plan}?', wordsOf(order))}>
            {(close) => <Decision order={order} approve={false} onDone={close} />}
          </DialogButton>
        </span>
      ),
    },
  ];
  return (
    <Page title={t('Orders')} lead={t('Plans that begin when you approve them.')}>
      <Reading of={orders}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('Nobody waits')}>
              {t('Orders of plans that need an approval stand here until you decide them.')}
            </Empty>
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

const wordsOf = ({ productName, planName, organisationName, organisationId }: PlanOrder) => ({
  plan: `${productName}: ${planName} (${organisationName || organisationId})`,
});

function Decision({ order, approve, onDone }: { order: PlanOrder; approve: boolean; onDone: () => void }) {
  const decide = useWrite('ordersDecide', { onDone });
  const { organisationId, product } = order;
  return (
    <ReasonForm
      label={approve ? t('Approve') : t('Refuse')}
      consequence={
        approve
          ? t('The plan begins at once; whatever it costs is invoiced by hand. The organisation is told.')
          : t('The plan does not begin, and the order is gone. The organisation is told.')
      }
      dangerous={!approve}
      limit={ordersDecide.reason}
      write={decide}
      onSend={(reason) => decide.mutate({ organisationId, product, approve, reason })}
    />
  );
}
