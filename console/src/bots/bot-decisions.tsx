import type { BotOrder } from '@tidegate/client';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { orderFate, orderName } from '../ladder/order-words.ts';

const MOST = 500;

/** Every order that it decided on and what became of it, newest first; skipped and rejected ones too. */
export function BotDecisions({ botId }: { botId: string }) {
  const activity = useRead('botsActivity', { botId, limit: MOST }, { everyMs: 10_000 });
  const columns: Column<BotOrder>[] = [
    {
      key: 'at',
      title: t('Time'),
      value: ({ placedAt }) => placedAt,
      cell: ({ placedAt }) => <Moment at={placedAt} />,
    },
    { key: 'trade', title: t('Trade'), number: true, value: ({ trade }) => trade },
    { key: 'kind', title: t('Order'), value: ({ kind }) => orderName(kind) },
    { key: 'side', title: t('Side'), value: ({ side }) => t(side) },
    { key: 'price', title: t('Price'), number: true, value: ({ price }) => price },
    { key: 'quantity', title: t('Quantity'), number: true, value: ({ quantity }) => quantity },
    { key: 'fate', title: t('What became of it'), value: ({ status }) => orderFate(status) },
  ];
  return (
    <Reading of={activity}>
      {({ orders, complete }) => (
        <>
          {complete ? null : <p className="quiet">{t('The newest {count}.', { count: MOST })}</p>}
          <DataTable name={t('Decisions')} rows={orders.toReversed()} columns={columns} rowKey={({ id }) => id} />
        </>
      )}
    </Reading>
  );
}
