import { Progress } from '@mantine/core';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { SweepDetail, SweepResult } from '@tidegate/client';
import { useEffect } from 'react';
import { amountColumn, profitColumn } from '../kernel/amount-column.tsx';
import { useOrg, usePages, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { useMay } from '../kernel/may.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { seriesName } from '../ladder/feed-fields.tsx';
import { HeatMap } from './heat-map.tsx';
import { RESULT_SORTS } from './sweep-sorts.ts';
import { MARKS, settingsText, WORDS } from './sweep-words.ts';
import { WalkForward } from './walk-forward.tsx';

const route = getRouteApi('/o/$org/sweeps/$sweepId');

export function ShowSweep() {
  const org = useOrg();
  const navigate = useNavigate();
  const { sweepId } = route.useParams();
  const sweep = useRead('sweepsGet', { sweepId }, { everyMs: 5_000 });
  const markets = useRead('marketsList', {}).data?.items;
  const may = useMay()('sweepsCancel');
  const cancel = useWrite('sweepsCancel');
  const remove = useWrite('sweepsDelete', { onDone: () => navigate({ to: '/o/$org/sweeps', params: { org } }) });
  return (
    <Reading of={sweep}>
      {(data) => {
        const running = data.status === 'waiting' || data.status === 'running';
        const currency = markets?.find((one) => one.market === data.settings.market)?.quote ?? '';
        return (
          <Page
            title={t('Sweep of {market}', { market: data.settings.market })}
            lead={
              <span className="row">
                <StateMark mark={MARKS[data.status]}>{t(WORDS[data.status])}</StateMark> {seriesName(data.feed)} ·{' '}
                {t('{done} of {runs, plural, one {# backtest} other {# backtests}}', {
                  done: data.done,
                  runs: data.runs,
                })}
                {data.refused > 0
                  ? ` · ${t('{count, plural, one {# combination} other {# combinations}} refused', { count: data.refused })}`
                  : ''}
              </span>
            }
            actions={
              !may ? null : running ? (
                <Confirm
                  label={t('Cancel')}
                  question={t('Cancel this sweep?')}
                  onYes={() => cancel.mutate({ sweepId })}
                />
              ) : (
                <Confirm
                  label={t('Delete')}
                  question={t('Delete this sweep with its results?')}
                  onYes={() => remove.mutate({ sweepId })}
                />
              )
            }
          >
            <ProblemNote error={newestError(cancel, remove)} />
            {data.failure ? <StateMark mark="critical">{data.failure}</StateMark> : null}
            {running ? (
              <Progress
                value={data.runs > 0 ? (data.done / data.runs) * 100 : 0}
                aria-label={t('{done} of {runs, plural, one {# backtest} other {# backtests}}', {
                  done: data.done,
                  runs: data.runs,
                })}
              />
            ) : null}
            {data.status !== 'done' ? null : data.walkForward ? (
              <WalkForward sweep={data} currency={currency} />
            ) : (
              <Ranking sweep={data} currency={currency} />
            )}
          </Page>
        );
      }}
    </Reading>
  );
}

/** A map needs all of them; a sweep has at most a thousand. */
const ALL = 200;

function Ranking({ sweep, currency }: { sweep: SweepDetail; currency: string }) {
  const org = useOrg();
  const navigate = useNavigate();
  const { x, y, figure, sort } = route.useSearch();
  const results = usePages('sweepsResults', { sweepId: sweep.id, limit: ALL, ...(sort ? { sort } : {}) });
  // The map needs every result: at most five pages.
  const { data, isFetching, error } = results;
  useEffect(() => {
    if (data?.more && !isFetching && !error) data.more();
  }, [data, isFetching, error]);
  const change = (more: object) =>
    navigate({
      to: '/o/$org/sweeps/$sweepId',
      params: { org, sweepId: sweep.id },
      search: (before) => ({ ...before, ...more }) as never,
    });
  return (
    <Reading of={results}>
      {({ items, more }) => (
        <>
          {more ? (
            <p className="quiet">{t('The map shows the results read so far: {count}.', { count: items.length })}</p>
          ) : null}
          <HeatMap
            sweep={sweep}
            best={sweep.results[0]}
            results={items}
            x={x}
            y={y}
            figure={figure ?? 'profit'}
            onChange={change}
          />
          <h2>{t('Results')}</h2>
          <DataTable
            name={t('Results')}
            rows={items}
            columns={columnsOf(currency)}
            rowKey={({ rank }) => String(rank)}
            sortable={RESULT_SORTS}
            ascending={['drawdown', 'capital']}
            sort={sort}
            onSort={(key) => change({ sort: sort === key ? undefined : key })}
          />
        </>
      )}
    </Reading>
  );
}

const columnsOf = (currency: string): Column<SweepResult>[] => [
  { key: 'rank', title: t('Rank'), number: true, value: ({ rank }) => rank },
  {
    key: 'values',
    title: t('Settings'),
    wide: true,
    value: ({ values }) => settingsText(values),
  },
  profitColumn({
    key: 'profit',
    title: t('Closed profit'),
    amount: ({ profit }) => profit,
    currency: () => currency,
  }),
  profitColumn({
    key: 'open',
    title: t('Open profit'),
    amount: ({ openProfit }) => openProfit,
    currency: () => currency,
  }),
  { key: 'trades', title: t('Closed trades'), number: true, value: ({ closedTrades }) => closedTrades },
  amountColumn({
    key: 'drawdown',
    title: t('Deepest drawdown'),
    amount: ({ maxDrawdown }) => maxDrawdown,
    currency: () => currency,
  }),
  amountColumn({
    key: 'capital',
    title: t('Most money in a trade'),
    amount: ({ maxCapital }) => maxCapital,
    currency: () => currency,
  }),
];
