import type { BacktestFill, BacktestTrade, Fill, Trade } from '@tidegate/client';
import type { Column } from '../kernel/data-table.tsx';
import { decimal } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { Profit, Shortened } from '../kernel/profit.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from './order-words.ts';

/* What a trade is in a list, of a bot as of a backtest. */

type Shown = Pick<
  Trade | BacktestTrade,
  'openedAt' | 'closedAt' | 'averagingFills' | 'averagePrice' | 'profit' | 'profitPercent' | 'closedBy'
>;

/** Its way in. */
export const entryColumns = <Row extends Shown>(): Column<Row>[] => [
  {
    key: 'opened',
    title: t('Opened'),
    value: ({ openedAt }) => openedAt,
    cell: ({ openedAt }) => <Moment at={openedAt} />,
  },
  {
    key: 'closed',
    title: t('Closed'),
    value: ({ closedAt }) => closedAt,
    cell: ({ closedAt }) => (closedAt ? <Moment at={closedAt} /> : '–'),
  },
  { key: 'fills', title: t('Averaging orders'), number: true, value: ({ averagingFills }) => averagingFills },
  {
    key: 'average',
    title: t('Average price'),
    number: true,
    value: ({ averagePrice }) => averagePrice,
    cell: ({ averagePrice }) => (averagePrice === null ? '–' : <Shortened amount={averagePrice} />),
  },
];

/** What came of it. */
export const outcomeColumns = <Row extends Shown>(): Column<Row>[] => [
  {
    key: 'profit',
    title: t('Profit'),
    number: true,
    value: ({ profit }) => profit,
    cell: ({ profit, profitPercent }) =>
      profit === null ? (
        '–'
      ) : (
        <Profit amount={profit} currency={profitPercent === null ? '' : `(${decimal(profitPercent)} %)`} />
      ),
  },
  {
    key: 'by',
    title: t('Closed by'),
    value: ({ closedBy }) => closedBy,
    cell: ({ closedBy }) => (closedBy ? orderName(closedBy) : '–'),
  },
];

type Filled = Pick<Fill | BacktestFill, 'price' | 'quantity' | 'value' | 'fee'>;

/** How much a fill moved, and what it cost. */
export const fillColumns = <Row extends Filled>(): Column<Row>[] => [
  { key: 'price', title: t('Price'), number: true, value: ({ price }) => price },
  { key: 'quantity', title: t('Quantity'), number: true, value: ({ quantity }) => quantity },
  {
    key: 'value',
    title: t('Value'),
    number: true,
    value: ({ value }) => value,
    cell: ({ value }) => <Shortened amount={value} />,
  },
  { key: 'fee', title: t('Fee'), number: true, value: ({ fee }) => fee, cell: ({ fee }) => <Shortened amount={fee} /> },
];
