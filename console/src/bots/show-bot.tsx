import { Button } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { zoneName } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Amount, Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { BotChart } from './bot-chart.tsx';
import { BotDecisions } from './bot-decisions.tsx';
import { BotEquity } from './bot-equity.tsx';
import { BotState } from './bot-state.tsx';
import { Ledger, Trades } from './bot-tables.tsx';
import { Duplicate } from './duplicate-bot.tsx';
import { StopBot } from './stop-bot.tsx';

const TABS = [
  { tab: 'trades', title: 'Trades' },
  { tab: 'equity', title: 'Equity' },
  { tab: 'decisions', title: 'Decisions' },
  { tab: 'ledger', title: 'Ledger' },
] as const;

const route = getRouteApi('/o/$org/bots/$botId');

export function ShowBot() {
  const org = useOrg();
  const { botId } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const bot = useRead('botsGet', { botId }, { everyMs: 5_000 });
  const summary = useRead('botsSummarize', { botId }, { everyMs: 5_000 });
  const may = useMay()('botsStart');
  const start = useWrite('botsStart');
  const remove = useWrite('botsDelete', { onDone: () => navigate({ to: '/o/$org/bots', params: { org } }) });
  return (
    <Reading of={bot}>
      {({ name, status, settings, mode, waiting, halted, lateCandles, openTradeId, decidedUpTo }) => (
        <Page
          title={name}
          lead={
            <span className="row">
              <BotState status={status} /> <span className="outlined">{mode.toUpperCase()}</span> {settings.market}{' '}
              {t(settings.direction)}
              {decidedUpTo ? (
                <span>
                  {t('decided up to')} <Moment at={decidedUpTo} /> ({zoneName()})
                </span>
              ) : null}
            </span>
          }
          actions={
            !may ? null : (
              <>
                <Duplicate bot={bot.data as Bot} />
                <Button
                  size="compact-sm"
                  variant="default"
                  renderRoot={(props) => <Link to="/o/$org/bots/$botId/edit" params={{ org, botId }} {...props} />}
                >
                  {t('Edit')}
                </Button>
                {status === 'running' || status === 'stopping' ? (
                  <StopBot bot={{ id: botId, name, openTradeId }} />
                ) : (
                  <Button loading={start.isPending} onClick={() => start.mutate({ botId })}>
                    {t('Start')}
                  </Button>
                )}
                {status === 'stopped' || status === 'halted' ? (
                  <Confirm
                    label={t('Delete')}
                    question={t('Delete {name} with its trades?', { name })}
                    typed={name}
                    onYes={() => remove.mutate({ botId })}
                  />
                ) : null}
              </>
            )
          }
        >
          <ProblemNote error={newestError(start, remove)} />
          {halted ? <StateMark mark="critical">{halted.message}</StateMark> : null}
          {waiting ? <StateMark mark="info">{waiting.message}</StateMark> : null}
          {lateCandles ? (
            <StateMark mark="warning">
              {t(
                '{count, plural, one {# candle} other {# candles}} came after the bot had passed their time: a backtest differs.',
                { count: lateCandles.count },
              )}
            </StateMark>
          ) : null}
          <Reading of={summary}>
            {({ profitRounded, currency, closedTrades, winningTrades, fees, openTrade }) => (
              <dl className="facts">
                <div>
                  <dt>{t('Closed profit')}</dt>
                  <dd>
                    <Profit amount={profitRounded} currency={currency} />
                  </dd>
                </div>
                <div>
                  <dt>{t('Open profit')}</dt>
                  <dd>{openTrade ? <Profit amount={openTrade.openProfit} currency={currency} round /> : '–'}</dd>
                </div>
                <div>
                  <dt>{t('Closed trades')}</dt>
                  <dd>{t('{won} of {all} won', { won: winningTrades, all: closedTrades })}</dd>
                </div>
                <div>
                  <dt>{t('Fees')}</dt>
                  <dd>
                    <Amount amount={fees} currency={currency} />
                  </dd>
                </div>
              </dl>
            )}
          </Reading>
          <nav className="tabs" aria-label={t('Of this bot')}>
            <Link to="/o/$org/bots/$botId" params={{ org, botId }} search={{}} activeOptions={{ exact: true }}>
              {t('Prices and levels')}
            </Link>
            {TABS.map(({ tab: name, title }) => (
              <Link key={name} to="/o/$org/bots/$botId" params={{ org, botId }} search={{ tab: name }}>
                {t(title)}
              </Link>
            ))}
          </nav>
          {tab === undefined && bot.data ? <BotChart bot={bot.data} /> : null}
          {tab === 'trades' ? <Trades botId={botId} /> : null}
          {tab === 'equity' ? <BotEquity botId={botId} /> : null}
          {tab === 'decisions' ? <BotDecisions botId={botId} /> : null}
          {tab === 'ledger' ? <Ledger botId={botId} /> : null}
        </Page>
      )}
    </Reading>
  );
}
