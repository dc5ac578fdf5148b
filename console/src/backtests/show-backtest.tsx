import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { Fact } from '../kernel/fact.tsx';
import { dated, decimal, rounded, short } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Amount, Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { seriesName } from '../ladder/feed-fields.tsx';
import { BacktestState } from './backtest-state.tsx';
import { BacktestTrades } from './backtest-trades.tsx';
import { CompareWith } from './compare-with.tsx';
import { NameBacktest } from './name-backtest.tsx';

const route = getRouteApi('/o/$org/backtests/$backtestId');

export function ShowBacktest() {
  const org = useOrg();
  const navigate = useNavigate();
  const { backtestId } = route.useParams();
  const backtest = useRead('backtestsGet', { backtestId }, { everyMs: 2_000 });
  const done = backtest.data?.status === 'done';
  const equity = useRead('backtestsEquity', { backtestId }, { enabled: done });
  const cancel = useWrite('backtestsCancel');
  const remove = useWrite('backtestsDelete', {
    onDone: () => navigate({ to: '/o/$org/backtests', params: { org } }),
  });
  const may = useMay();
  const items = equity.data?.items;
  const chart = useMemo(
    () =>
      items && {
        instants: items.map(({ at }) => Date.parse(at)),
        series: [
          {
            label: t('Closed and open profit'),
            color: '--series-1',
            values: items.map((point) => Number(point.equity)),
          },
        ],
      },
    [items],
  );
  return (
    <Reading of={backtest}>
      {(data) => {
        const amount = (value: string | null) => value && <Amount amount={value} currency={data.currency} />;
        return (
          <Page
            title={data.name ?? t('Backtest of {market}', { market: data.settings.market })}
            lead={
              <span className="row">
                <BacktestState backtest={data} /> {data.settings.market} {seriesName(data.feed)} ·{' '}
                <Moment at={data.from} as={dated} /> – <Moment at={data.to} as={dated} />
              </span>
            }
            actions={
              !may('backtestsDelete') ? null : data.status === 'queued' || data.status === 'running' ? (
                <Confirm
                  label={t('Cancel')}
                  question={t('Cancel this backtest?')}
                  onYes={() => cancel.mutate({ backtestId })}
                />
              ) : (
                <Confirm
                  label={t('Delete')}
                  question={t('Delete this backtest with its trades?')}
                  onYes={() => remove.mutate({ backtestId })}
                />
              )
            }
          >
            <ProblemNote error={newestError(cancel, remove)} />
            <div className="row">
              {may('backtestsRename') ? <NameBacktest key={data.id} backtest={data} /> : null}
              {done ? <CompareWith backtestId={backtestId} /> : null}
            </div>
            {data.failure ? <StateMark mark="critical">{data.failure}</StateMark> : null}
            {data.gaps && data.gaps.missing > 0 ? (
              <StateMark mark="warning">
                {t('{count, plural, one {# candle is} other {# candles are}} missing', { count: data.gaps.missing })}
              </StateMark>
            ) : null}
            <dl className="facts">
              {data.profitRounded === null ? null : (
                <Fact
                  name={t('Closed profit')}
                  value={<Profit amount={data.profitRounded} currency={data.currency} />}
                />
              )}
              {data.openProfit === null ? null : (
                <Fact name={t('Open profit')} value={<Profit amount={data.openProfit} currency={data.currency} />} />
              )}
              {[
                [t('Closed trades'), data.closedTrades],
                [t('Won'), data.winningTrades],
                [t('Fees'), amount(data.fees)],
                [t('Most money in a trade'), amount(data.maxCapital)],
                [t('Deepest drawdown'), amount(data.maxDrawdown)],
                [t('Time in a trade, %'), data.timeInTradePercent && decimal(data.timeInTradePercent)],
                [t('Liquidations'), data.liquidations],
              ].map(([name, value]) =>
                value === null ? null : <Fact key={String(name)} name={String(name)} value={value} />,
              )}
            </dl>
            {chart ? (
              <TimeChart
                title={t('Equity in {currency}', { currency: data.currency })}
                summary={t('ends at {profit}', { profit: items?.at(-1) ? rounded(items.at(-1)?.equity ?? '0') : '–' })}
                range={{ from: data.from, to: data.to }}
                instants={chart.instants}
                series={chart.series}
                format={short}
              />
            ) : null}
            {done ? <BacktestTrades backtest={data} /> : null}
          </Page>
        );
      }}
    </Reading>
  );
}
