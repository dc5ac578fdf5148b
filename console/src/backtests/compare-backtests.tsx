import { getRouteApi, Link } from '@tanstack/react-router';
import type { Backtest } from '@tidegate/client';
import { useMemo } from 'react';
import { useOrg, useRead } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { dated, figure, short, when } from '../kernel/format.ts';
import { Page } from '../kernel/page.tsx';
import { Shortened } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { TimeChart } from '../kernel/time-chart.tsx';
import { settingName } from '../ladder/setting-names.ts';
import { onCommonTimes } from './common-times.rules.ts';

const route = getRouteApi('/o/$org/backtests/$backtestId/compare/$otherId');

const FIGURES: Record<string, string> = {
  profit: 'Closed profit',
  openProfit: 'Open profit',
  fees: 'Fees',
  funding: 'Funding',
  maxCapital: 'Most money in a trade',
  maxDrawdown: 'Deepest drawdown',
  closedTrades: 'Closed trades',
  winningTrades: 'Won',
  fills: 'Fills',
  liquidations: 'Liquidations',
};

interface Row {
  name: string;
  first: string;
  second: string;
  difference?: string | null;
}

/** Two backtests side by side: in what they differ, and what that made of it. */
export function CompareBacktests() {
  const { backtestId, otherId } = route.useParams();
  const compared = useRead('backtestsCompare', { backtestId, with: otherId });
  return (
    <Page title={t('Two backtests compared')}>
      <Reading of={compared}>
        {({ first, second, sameCandles, settings, figures }) => (
          <>
            {sameCandles ? null : (
              <StateMark mark="warning">
                {t('They ran over different candles: their figures are not of the same market or time.')}
              </StateMark>
            )}
            <div className="columns">
              <Head backtest={first} title={t('First')} />
              <Head backtest={second} title={t('Second')} />
            </div>
            <h2>{t('Figures')}</h2>
            <DataTable
              name={t('Figures')}
              rows={figures.map(({ figure, ...values }): Row => ({ name: t(FIGURES[figure] ?? figure), ...values }))}
              columns={columns(true)}
              rowKey={({ name }) => name}
            />
            <h2>{t('Settings that differ')}</h2>
            {settings.length === 0 ? (
              <p className="quiet">{t('None: the same settings.')}</p>
            ) : (
              <DataTable
                part="settings"
                name={t('Settings that differ')}
                rows={settings.map(
                  ({ setting, ...values }): Row => ({
                    name: settingName(setting),
                    first: valueText(values.first),
                    second: valueText(values.second),
                  }),
                )}
                columns={columns(false)}
                rowKey={({ name }) => name}
              />
            )}
            <Curves first={first} second={second} />
          </>
        )}
      </Reading>
    </Page>
  );
}

const valueText = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? t('yes') : t('no')) : String(value ?? '–');

function Head({ backtest, title }: { backtest: Backtest; title: string }) {
  const org = useOrg();
  return (
    <p>
      <strong>{title}</strong>:{' '}
      <Link to="/o/$org/backtests/$backtestId" params={{ org, backtestId: backtest.id }}>
        {backtest.name ?? when(backtest.createdAt)}
      </Link>{' '}
      <span className="quiet">
        {backtest.settings.market} · {dated(backtest.from)} – {dated(backtest.to)}
      </span>
    </p>
  );
}

const columns = (differences: boolean): Column<Row>[] => {
  const number = (key: 'first' | 'second' | 'difference', title: string): Column<Row> => ({
    ...{ key, title, number: true, value: (row) => row[key] },
    ...(differences && { cell: (row) => atAGlance(row[key]) }),
  });
  return [
    { key: 'name', title: differences ? t('Figure') : t('Setting'), value: ({ name }) => name },
    number('first', t('First')),
    number('second', t('Second')),
    ...(differences ? [number('difference', t('Second − first'))] : []),
  ];
};

/** Counts are whole; of an amount every digit stands in its tooltip. */
const atAGlance = (value: string | null | undefined) =>
  value?.includes('.') ? <Shortened amount={value} /> : (figure(value) ?? '–');

function Curves({ first, second }: { first: Backtest; second: Backtest }) {
  const one = useRead('backtestsEquity', { backtestId: first.id }).data?.items;
  const other = useRead('backtestsEquity', { backtestId: second.id }).data?.items;
  const chart = useMemo(() => one && other && onCommonTimes(one, other), [one, other]);
  if (!chart || first.currency !== second.currency) return null;
  const ends = [first.from, second.from, first.to, second.to].sort();
  const range = { from: ends[0] ?? first.from, to: ends.at(-1) ?? first.to };
  return (
    <TimeChart
      title={t('Equity in {currency}', { currency: first.currency })}
      summary={t('ends at {first} and {second}', {
        first: first.profitRounded ?? '–',
        second: second.profitRounded ?? '–',
      })}
      range={range}
      instants={chart.instants}
      series={[
        { label: t('First'), color: '--series-1', values: chart.first },
        { label: t('Second'), color: '--series-2', values: chart.second },
      ]}
      format={short}
    />
  );
}
