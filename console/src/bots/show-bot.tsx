import { Button } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { LedgerEntry, Trade } from '@tidegate/client';
import { useOrg, usePages, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { BotState } from './bot-state.tsx';
import { PriceChart } from './price-chart.tsx';

const route = getRouteApi('/o/$org/bots/$botId');

export function ShowBot() {
  const org = useOrg();
  const { botId } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const bot = useRead('botsGet', { botId }, { everyMs: 5_000 });
  const summary = useRead('botsSummarize', { botId }, { everyMs: 5_000 });
  const start = useWrite('botsStart');
  const stop = useWrite('botsStop');
  const remove = useWrite('botsDelete', { onDone: () => navigate({ to: '/o/$org/bots', params: { org } }) });
  return (
    <Reading of={bot}>
      {({ name, status, settings, mode, waiting, halted, lateCandles, feed, openTradeId }) => (
        <Page
          title={name}
          lead={
            <span className="row">
              <BotState status={status} /> <span className="outlined">{mode.toUpperCase()}</span> {settings.market}{' '}
              {settings.direction}
            </span>
          }
          actions={
            <>
              {status === 'running' || status === 'stopping' ? (
                <Confirm
                  label={t('Stop')}
                  question={t('Stop {name}?', { name })}
                  consequence={
                    openTradeId
                      ? t('Its open trade is finished first; no new one is opened.')
                      : t('No new trade is opened.')
                  }
                  onYes={() => stop.mutate({ botId })}
                />
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
          }
        >
          <ProblemNote error={start.error ?? stop.error ?? remove.error} />
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
                  <dd>{openTrade ? <Profit amount={openTrade.openProfit} currency={currency} /> : '–'}</dd>
                </div>
                <div>
                  <dt>{t('Closed trades')}</dt>
                  <dd>{t('{won} of {all} won', { won: winningTrades, all: closedTrades })}</dd>
                </div>
                <div>
                  <dt>{t('Fees')}</dt>
                  <dd>
                    {fees} {currency}
                  </dd>
                </div>
              </dl>
            )}
          </Reading>
          <PriceChart market={settings.market} feed={feed} />
          <nav className="tabs" aria-label={t('Of this bot')}>
            <Link to="/o/$org/bots/$botId" params={{ org, botId }} search={{}} activeOptions={{ exact: true }}>
              {t('Trades')}
            </Link>
            <Link to="/o/$org/bots/$botId" params={{ org, botId }} search={{ tab: 'ledger' }}>
              {t('Ledger')}
            </Link>
          </nav>
          {tab === 'ledger' ? <Ledger botId={botId} /> : <Trades botId={botId} />}
        </Page>
      )}
    </Reading>
  );
}

function Trades({ botId }: { botId: string }) {
  const trades = usePages('tradesList', { botId, limit: 50 }, { everyMs: 10_000 });
  const columns: Column<Trade>[] = [
    { key: 'number', title: t('No.'), number: true, value: ({ number }) => number },
    {
      key: 'status',
      title: t('State'),
      value: ({ status }) => status,
      cell: ({ status }) => <StateMark mark={status === 'open' ? 'pending' : 'ok'}>{t(status)}</StateMark>,
    },
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
    { key: 'average', title: t('Average price'), number: true, value: ({ averagePrice }) => averagePrice },
    { key: 'exit', title: t('Exit'), number: true, value: ({ exitPrice }) => exitPrice },
    {
      key: 'profit',
      title: t('Profit'),
      number: true,
      value: ({ profit }) => profit,
      cell: ({ profit, profitPercent }) =>
        profit === null ? (
          '–'
        ) : (
          <Profit amount={profit} currency={profitPercent === null ? '' : `(${profitPercent} %)`} />
        ),
    },
    { key: 'by', title: t('Closed by'), value: ({ closedBy }) => closedBy },
  ];
  return (
    <Reading of={trades}>
      {({ items, more }) => (
        <DataTable name={t('Trades')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
      )}
    </Reading>
  );
}

function Ledger({ botId }: { botId: string }) {
  const ledger = usePages('ledgerList', { botId, limit: 100 });
  const columns: Column<LedgerEntry>[] = [
    { key: 'sequence', title: t('No.'), number: true, value: ({ sequence }) => sequence },
    { key: 'at', title: t('Time'), value: ({ at }) => at, cell: ({ at }) => <Moment at={at} /> },
    { key: 'kind', title: t('Kind'), value: ({ kind }) => t(kind) },
    {
      key: 'amount',
      title: t('Change'),
      number: true,
      value: ({ amount }) => amount,
      cell: ({ amount }) => <Profit amount={amount} currency="" />,
    },
    { key: 'balance', title: t('Sum'), number: true, value: ({ balance }) => balance },
  ];
  return (
    <Reading of={ledger}>
      {({ items, more }) => (
        <DataTable
          name={t('Ledger')}
          rows={items}
          columns={columns}
          rowKey={({ sequence }) => String(sequence)}
          more={more}
        />
      )}
    </Reading>
  );
}
