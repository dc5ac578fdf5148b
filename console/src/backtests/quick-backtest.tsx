import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { BacktestFeed, BotSettings, BotSettingsInput, CandleSeries } from '@tidegate/client';
import { useState } from 'react';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Fact } from '../kernel/fact.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Amount, Profit } from '../kernel/profit.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { ALL_CANDLES, rangeOf } from '../ladder/feed.rules.ts';
import { RangeFields } from '../ladder/feed-fields.tsx';
import { BacktestState } from './backtest-state.tsx';

/** What settings would have earned, beside the form in which they are typed. */
export function QuickBacktest({
  settings,
  feed,
  stale,
}: {
  settings: () => BotSettingsInput;
  /** Over which candles; none are there to be chosen. */
  feed: Pick<CandleSeries, 'source' | 'interval'> | undefined;
  stale: (ran: BotSettings) => boolean;
}) {
  const org = useOrg();
  const run = useWrite('backtestsCreate');
  const [days, setDays] = useState(ALL_CANDLES);
  const id = run.data?.id ?? '';
  const backtest = useRead('backtestsGet', { backtestId: id }, { enabled: id !== '', everyMs: 2_000 });
  const data = backtest.data?.id === id ? backtest.data : run.data;
  const amount = (value: string | null) => value && <Amount amount={value} currency={data?.currency ?? ''} />;
  return (
    <section className="stack" aria-label={t('Backtest')} aria-live="polite">
      <RangeFields form={days} setForm={setDays} end />
      <div className="row">
        <Button
          variant="default"
          loading={run.isPending}
          disabled={feed === undefined}
          onClick={() => run.mutate({ settings: settings(), feed: { ...feed, ...rangeOf(days) } })}
        >
          {t('Backtest these settings')}
        </Button>
        {data ? (
          <Link to="/o/$org/backtests/$backtestId" params={{ org, backtestId: data.id }}>
            {t('All of it')}
          </Link>
        ) : null}
      </div>
      <ProblemNote error={run.error} />
      {data && (stale(data.settings) || isOther(data.feed, { ...feed, ...rangeOf(days) })) ? (
        <StateMark mark="stale">{t('The settings have changed since this backtest')}</StateMark>
      ) : null}
      {data ? (
        <dl className="facts">
          <Fact name={t('State')} value={<BacktestState backtest={data} />} />
          {data.profitRounded === null ? null : (
            <>
              <Fact name={t('Closed profit')} value={<Profit amount={data.profitRounded} currency={data.currency} />} />
              <Fact name={t('Closed trades')} value={data.closedTrades} />
              <Fact name={t('Deepest drawdown')} value={amount(data.maxDrawdown)} />
              <Fact name={t('Most money in a trade')} value={amount(data.maxCapital)} />
            </>
          )}
        </dl>
      ) : null}
    </section>
  );
}

const isOther = (ran: BacktestFeed, now: Partial<BacktestFeed>): boolean =>
  (['source', 'interval', 'from', 'to'] as const).some((part) => ran[part] !== now[part]);
