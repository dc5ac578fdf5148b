import type { Backtest, BacktestFill, BacktestTrade } from '@tidegate/client';
import { usePages, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { decimal, exact, rounded } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from '../ladder/order-words.ts';
import { TradeChart } from '../ladder/trade-chart.tsx';

/** What a trade of a ladder of 200 orders can have: all of its fills are asked for at once. */
const MOST_FILLS = 200;

/** Every trade that is stored, and beside the list the fills of one. */
export function BacktestTrades({ backtest }: { backtest: Backtest }) {
  const { id, stored, closedTrades } = backtest;
  const trades = usePages('backtestsTrades', { backtestId: id, limit: 50 });
  const { opened, open } = useOpened();
  return (
    <>
      <h2>{t('Trades')}</h2>
      {stored.trades < (closedTrades ?? 0) ? (
        <p className="quiet">
          {t('The first {count} are stored; the figures are of all.', { count: exact(stored.trades) })}
        </p>
      ) : null}
      <Reading of={trades}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No trade yet')}>{t('With these settings none was begun over these candles.')}</Empty>
          ) : (
            <WithPanel title={t('Trade')} panel={(trade) => <Fills of={backtest} trade={Number(trade)} />}>
              <DataTable
                name={t('Trades')}
                rows={items}
                columns={tradeColumns()}
                rowKey={({ number }) => String(number)}
                more={more}
                opens={{ open, label: ({ number }) => t('Beside the list: {text}', { text: String(number) }) }}
                {...(opened ? { selected: opened } : {})}
              />
            </WithPanel>
          )
        }
      </Reading>
    </>
  );
}

function Fills({ of: { id, settings, feed }, trade }: { of: Backtest; trade: number }) {
  const fills = useRead('backtestsFills', { backtestId: id, trade, limit: MOST_FILLS });
  return (
    <div className="stack">
      <h3>{t('Fills of trade {number}', { number: trade })}</h3>
      <Reading of={fills}>
        {({ items, nextCursor }) => (
          <>
            <TradeChart market={settings.market} feed={feed} fills={items} />
            <DataTable
              part="fills"
              name={t('Fills')}
              rows={items.map((fill, index) => ({ ...fill, index }))}
              columns={fillColumns()}
              rowKey={({ index }) => String(index)}
            />
            {nextCursor ? <p className="quiet">{t('The first {count}.', { count: MOST_FILLS })}</p> : null}
          </>
        )}
      </Reading>
    </div>
  );
}

const shortened = (value: string) => <span title={decimal(value)}>{rounded(value)}</span>;

const tradeColumns = (): Column<BacktestTrade>[] => [
  { key: 'number', title: t('No.'), number: true, value: ({ number }) => number },
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
    cell: ({ averagePrice }) => shortened(averagePrice),
  },
  {
    key: 'exit',
    title: t('Exit'),
    number: true,
    value: ({ exitPrice }) => exitPrice,
    cell: ({ exitPrice }) => (exitPrice === null ? '–' : shortened(exitPrice)),
  },
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

const fillColumns = (): Column<BacktestFill & { index: number }>[] => [
  { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
  { key: 'kind', title: t('Order'), value: ({ kind }) => orderName(kind) },
  { key: 'side', title: t('Side'), value: ({ side }) => t(side) },
  { key: 'price', title: t('Price'), number: true, value: ({ price }) => price },
  { key: 'quantity', title: t('Quantity'), number: true, value: ({ quantity }) => quantity },
  {
    key: 'value',
    title: t('Value'),
    number: true,
    value: ({ value }) => value,
    cell: ({ value }) => shortened(value),
  },
  { key: 'fee', title: t('Fee'), number: true, value: ({ fee }) => fee, cell: ({ fee }) => shortened(fee) },
];
