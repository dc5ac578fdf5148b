import { Button, Skeleton } from '@mantine/core';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { BotLine } from '@tidegate/client';
import { lazy, Suspense } from 'react';
import { profitColumn } from '../kernel/amount-column.tsx';
import { useOrg, usePages, useRead } from '../kernel/api.ts';
import { CountedSelect, totalOf } from '../kernel/counted-select.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Fact } from '../kernel/fact.tsx';
import { decimal } from '../kernel/format.ts';
import { May } from '../kernel/may.tsx';
import { Age } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { Page } from '../kernel/page.tsx';
import { Profit } from '../kernel/profit.tsx';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { given } from '../kernel/search-params.ts';
import { WithPanel } from '../kernel/side-panel.tsx';
import { t } from '../kernel/strings.ts';
import { haltText, waitingText } from '../ladder/bot-reasons.ts';
import { BotState, STATES } from '../ladder/bot-state.tsx';
import { padded } from '../ladder/price-marks.rules.ts';
import { ProfitSpark } from '../ladder/profit-spark.tsx';
import { BOT_SORTS } from './bot-sorts.ts';

const route = getRouteApi('/o/$org/bots');
/** With its chart, which a list has no use for. */
const BotBeside = lazy(async () => ({ default: (await import('./bot-beside.tsx')).BotBeside }));

export function ListBots() {
  const org = useOrg();
  const navigate = useNavigate();
  const search = route.useSearch();
  const { opened, open } = useOpened();
  const bots = usePages('botsList', { limit: 50, count: true, ...askedOf(search) }, { everyMs: 10_000 });
  const counts = bots.data?.first.counts;
  const filtered = search.status !== undefined || search.search !== undefined || search.market !== undefined;
  const change = (more: object) =>
    navigate({ to: '/o/$org/bots', params: { org }, search: (before) => ({ ...before, ...more }) as never });
  return (
    <Page
      title={t('Bots')}
      actions={
        <May op="botsCreate">
          <Button renderRoot={(props) => <Link to="/o/$org/bots/new" params={{ org }} {...props} />}>
            {t('Create a bot')}
          </Button>
        </May>
      }
    >
      <Totals />
      <div className="row">
        <SearchBox label={t('Search by name')} value={search.search} onSearch={(text) => change({ search: text })} />
        <CountedSelect
          label={t('State')}
          all={t('All states')}
          kinds={STATES.map(([value, text]) => [value, t(text)] as const)}
          value={search.status}
          counts={counts}
          onChange={(status) => change({ status })}
        />
      </div>
      <Reading of={bots}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={filtered ? t('No bot is like that') : t('No bot yet')}>
              {filtered
                ? t('Change the search or the state.')
                : t('A bot trades on paper until you give it an account: nothing can be lost.')}
            </Empty>
          ) : (
            <WithPanel
              title={t('Bot')}
              panel={(botId) => (
                <Suspense fallback={<Skeleton height={160} role="status" aria-label={t('Loading')} />}>
                  <BotBeside botId={botId} />
                </Suspense>
              )}
            >
              <DataTable
                name={t('Bots')}
                rows={items}
                columns={columnsOf(org)}
                rowKey={({ id }) => id}
                more={more}
                total={totalOf(counts, search.status)}
                sort={search.sort}
                sortable={BOT_SORTS}
                ascending={['name']}
                onSort={(key) => change({ sort: search.sort === key ? undefined : key })}
                opens={{ open, label: ({ name }) => t('Beside the list: {text}', { text: name }) }}
                {...(opened ? { selected: opened } : {})}
              />
            </WithPanel>
          )
        }
      </Reading>
    </Page>
  );
}

/** What the address asks the server for; the rest of it is how tables look, and what is open. */
const askedOf = ({ status, search, market, sort }: ReturnType<typeof route.useSearch>) =>
  given({ status, search, market, sort });

/** Of all bots, whatever the list is filtered by; each currency for itself. */
function Totals() {
  const totals = useRead('botsTotals', {}, { everyMs: 10_000 });
  const items = totals.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-label={t('All bots together')}>
      {items.map(({ currency, mode, bots, byStatus, profit, openProfit, openTrades }) => (
        <dl className="facts" key={`${currency} ${mode}`}>
          <div>
            <dt>
              {t('All bots in {currency}', { currency })} <span className="outlined">{mode.toUpperCase()}</span>
            </dt>
            <dd>{t('{running} of {all} run', { running: byStatus.running, all: bots })}</dd>
          </div>
          <Fact name={t('Closed profit')} value={<Profit amount={profit} currency={currency} />} />
          <Fact
            name={t('Open profit')}
            value={openTrades === 0 ? '–' : <Profit amount={openProfit} currency={currency} />}
          />
        </dl>
      ))}
    </section>
  );
}

const columnsOf = (org: string): Column<BotLine>[] => [
  {
    key: 'status',
    title: t('State'),
    value: ({ status }) => status,
    cell: ({ status }) => <BotState status={status} />,
  },
  {
    key: 'name',
    title: t('Name'),
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/o/$org/bots/$botId" params={{ org, botId: id }}>
        {name}
      </Link>
    ),
  },
  profitColumn({
    key: 'profit',
    title: t('Closed profit'),
    amount: ({ profit }) => profit,
    currency: ({ currency }) => currency,
  }),
  profitColumn({
    key: 'open',
    title: t('Open profit'),
    amount: ({ openProfit }) => openProfit,
    currency: ({ currency }) => currency,
  }),
  {
    key: 'days',
    title: t('Last 30 days'),
    value: ({ profitByDay }) => profitByDay.join(' '),
    cell: (bot) => <ProfitSpark bot={bot} />,
  },
  { key: 'market', title: t('Market'), value: ({ settings }) => settings.market },
  {
    key: 'mode',
    title: t('Money'),
    value: ({ mode }) => mode,
    cell: ({ mode }) => <span className="outlined">{mode.toUpperCase()}</span>,
  },
  { key: 'trades', title: t('Closed trades'), number: true, value: ({ closedTrades }) => closedTrades },
  {
    key: 'price',
    title: t('Last price'),
    number: true,
    hidden: true,
    value: ({ lastPrice }) => lastPrice,
    cell: ({ lastPrice, tickSize }) => (lastPrice === null ? '–' : decimal(padded(lastPrice, tickSize))),
  },
  {
    key: 'ran',
    title: t('Ran'),
    value: ({ ranAt }) => ranAt,
    cell: ({ ranAt }) => (ranAt ? <Age at={ranAt} /> : t('never')),
  },
  {
    key: 'waiting',
    title: t('Waits because'),
    wide: true,
    value: ({ waiting, halted }) => (halted ? haltText(halted) : waiting ? waitingText(waiting) : null),
  },
];
