import type { Bot, Fill, Order, TradeDetail } from '@tidegate/client';
import { useMemo } from 'react';
import { useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Fact } from '../kernel/fact.tsx';
import { rounded } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Amount, Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { plainFeed } from '../ladder/feed.rules.ts';
import { orderFate, orderName } from '../ladder/order-words.ts';
import { TradeChart } from '../ladder/trade-chart.tsx';
import { fillColumns } from '../ladder/trade-columns.tsx';

/** One trade beside the list: every order that it placed and what became of it, and every fill. */
export function TradeBeside({ tradeId, feed }: { tradeId: string; feed: Bot['feed'] }) {
  const trade = useRead('tradesGet', { tradeId }, { everyMs: 10_000 });
  return <Reading of={trade}>{(one) => <Detail trade={one} feed={feed} />}</Reading>;
}

function Detail({ trade, feed }: { trade: TradeDetail; feed: Bot['feed'] }) {
  const { number, direction, openedAt, closedAt, closedBy, averagePrice, exitPrice, orders, fills } = trade;
  const placed = useMemo(() => new Map(orders.map((order) => [order.id, order])), [orders]);
  const drawn = useMemo(
    () => fills.map(({ orderId, at }) => ({ at, side: placed.get(orderId)?.side ?? 'buy' })),
    [fills, placed],
  );
  return (
    <div className="stack">
      <h3>{t('Trade {number}, {direction}', { number, direction: t(direction) })}</h3>
      <dl className="facts">
        <Fact name={t('Opened')} value={<Moment at={openedAt} />} />
        <Fact name={t('Closed')} value={closedAt ? <Moment at={closedAt} /> : '–'} />
        <Fact name={t('Closed by')} value={closedBy ? orderName(closedBy) : '–'} />
        <Fact name={t('Average price')} value={averagePrice === null ? '–' : rounded(averagePrice)} />
        <Fact name={t('Exit')} value={exitPrice === null ? '–' : rounded(exitPrice)} />
        <Fact name={t('Value of the entries')} value={<Amount amount={trade.cost} currency="" />} />
        <Fact name={t('Fees')} value={<Amount amount={trade.fees} currency="" />} />
        {Number(trade.funding) === 0 ? null : (
          <Fact name={t('Funding')} value={<Profit amount={trade.funding} currency="" />} />
        )}
        <Fact name={t('Profit')} value={trade.profit === null ? '–' : <Profit amount={trade.profit} currency="" />} />
      </dl>
      <TradeChart market={trade.market} feed={plainFeed(feed)} fills={drawn} />
      <h3>{t('Orders at the exchange')}</h3>
      <DataTable
        part="orders"
        name={t('Orders at the exchange')}
        rows={orders}
        columns={orderColumns()}
        rowKey={({ id }) => id}
      />
      <h3>{t('Fills')}</h3>
      <DataTable
        part="fills"
        name={t('Fills')}
        rows={fills.map((fill, index) => ({ ...fill, index, kind: placed.get(fill.orderId)?.kind }))}
        columns={columnsOfFills()}
        rowKey={({ index }) => String(index)}
      />
    </div>
  );
}

const orderColumns = (): Column<Order>[] => [
  { key: 'kind', title: t('Order'), value: ({ kind }) => orderName(kind) },
  { key: 'fate', title: t('What became of it'), value: ({ status }) => orderFate(status) },
  { key: 'side', title: t('Side'), value: ({ side }) => t(side) },
  { key: 'price', title: t('Price'), number: true, value: ({ price }) => price },
  { key: 'quantity', title: t('Quantity'), number: true, value: ({ quantity }) => quantity },
  {
    key: 'at',
    title: t('Time'),
    value: ({ placedAt }) => placedAt,
    cell: ({ placedAt }) => <Moment at={placedAt} />,
  },
];

const columnsOfFills = (): Column<Fill & { index: number; kind: Order['kind'] | undefined }>[] => [
  { key: 'kind', title: t('Order'), value: ({ kind }) => (kind ? orderName(kind) : '–') },
  ...fillColumns(),
  { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
];
