import { getRouteApi, Link } from '@tanstack/react-router';
import type { Backtest } from '@tidegate/client';
import { amountColumn, profitColumn } from '../kernel/amount-column.tsx';
import { useOrg, usePages } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { May } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { BACKTEST_STATES, BacktestState } from './backtest-state.tsx';

const route = getRouteApi('/o/$org/backtests');

export function ListBacktests() {
  const org = useOrg();
  const { status } = route.useSearch();
  const navigate = route.useNavigate();
  const asked = { limit: 50, count: true, ...(status ? { status } : {}) };
  const backtests = usePages('backtestsList', asked, { everyMs: 5_000 });
  const columns: Column<Backtest>[] = [
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: (backtest) => <BacktestState backtest={backtest} />,
    },
    {
      key: 'created',
      title: t('Ordered'),
      value: ({ createdAt }) => createdAt,
      cell: ({ id, createdAt }) => (
        <Link to="/o/$org/backtests/$backtestId" params={{ org, backtestId: id }}>
          <Moment at={createdAt} />
        </Link>
      ),
    },
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    { key: 'market', title: t('Market'), value: ({ settings }) => settings.market },
    { key: 'candles', title: t('Candles'), number: true, value: ({ candles }) => candles },
    { key: 'trades', title: t('Closed trades'), number: true, value: ({ closedTrades }) => closedTrades },
    {
      key: 'profit',
      title: t('Closed profit'),
      number: true,
      value: ({ profit }) => profit,
      cell: ({ profitRounded, currency }) =>
        profitRounded === null ? '–' : <Profit amount={profitRounded} currency={currency} />,
    },
    profitColumn({
      key: 'open',
      title: t('Open profit'),
      amount: ({ openProfit }) => openProfit,
      currency: ({ currency }) => currency,
    }),
    amountColumn({
      key: 'drawdown',
      title: t('Deepest drawdown'),
      amount: ({ maxDrawdown }) => maxDrawdown,
      currency: ({ currency }) => currency,
    }),
  ];
  return (
    <Page title={t('Backtests')}>
      <Reading of={backtests}>
        {({ items, more, first: { counts } }) =>
          items.length === 0 && !status ? (
            <Empty title={t('No backtest yet')}>
              <May op="backtestsCreate">
                <Link to="/o/$org/bots/new" params={{ org }}>
                  {t('Choose settings and try them')}
                </Link>
              </May>
            </Empty>
          ) : (
            <>
              <div className="row">
                <CountedSelect
                  label={t('State')}
                  all={t('All states')}
                  kinds={BACKTEST_STATES.map((one) => [one, t(one)] as const)}
                  value={status}
                  counts={counts}
                  onChange={(next) => void navigate({ search: (before) => ({ ...before, status: next }) as never })}
                />
              </div>
              <DataTable
                name={t('Backtests')}
                rows={items}
                columns={columns}
                rowKey={({ id }) => id}
                more={more}
                total={totalOf(counts, status)}
              />
            </>
          )
        }
      </Reading>
    </Page>
  );
}
