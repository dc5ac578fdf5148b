import type { Backtest, BacktestFill, BacktestTrade } from '@tidegate/client';
import { usePages, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { exact } from '../kernel/format.ts';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Shortened } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { t } from '../kernel/strings.ts';
import { orderName } from '../ladder/order-words.ts';
import { TradeChart } from '../ladder/trade-chart.tsx';
import { entryColumns, fillColumns, outcomeColumns } from '../ladder/trade-columns.tsx';

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
              columns={columnsOfFills()}
              rowKey={({ index }) => String(index)}
            />
            {nextCursor ? <p className="quiet">{t('The first {count}.', { count: MOST_FILLS })}</p> : null}
          </>
        )}
      </Reading>
    </div>
  );
}

const tradeColumns = (): Column<BacktestTrade>[] => [
  { key: 'number', title: t('No.'), number: true, value: ({ number }) => number },
  ...entryColumns<BacktestTrade>(),
  {
    key: 'exit',
    title: t('Exit'),
    number: true,
    value: ({ exitPrice }) => exitPrice,
    cell: ({ exitPrice }) => (exitPrice === null ? '–' : <Shortened amount={exitPrice} />),
  },
  ...outcomeColumns<BacktestTrade>(),
];

const columnsOfFills = (): Column<BacktestFill & { index: number }>[] => [
  { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
  { key: 'kind', title: t('Order'), value: ({ kind }) => orderName(kind) },
  { key: 'side', title: t('Side'), value: ({ side }) => t(side) },
  ...fillColumns(),
];
