import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useOrg, useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { zoneName } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { BotChart } from './bot-chart.tsx';
import { BotDecisions } from './bot-decisions.tsx';
import { BotEquity } from './bot-equity.tsx';
import { BotFigures } from './bot-figures.tsx';
import { BotKind } from './bot-kind.tsx';
import { BotSettings } from './bot-settings.tsx';
import { Ledger, Trades } from './bot-tables.tsx';
import { Duplicate } from './duplicate-bot.tsx';
import { RunBot } from './run-bot.tsx';

const TABS = [
  { tab: 'trades', title: 'Trades' },
  { tab: 'equity', title: 'Equity' },
  { tab: 'decisions', title: 'Decisions' },
  { tab: 'ledger', title: 'Ledger' },
  { tab: 'settings', title: 'Settings' },
] as const;

const route = getRouteApi('/o/$org/bots/$botId');

export function ShowBot() {
  const org = useOrg();
  const { botId } = route.useParams();
  const { tab } = route.useSearch();
  const navigate = useNavigate();
  const bot = useRead('botsGet', { botId }, { everyMs: 5_000 });
  const may = useMay()('botsStart');
  const remove = useWrite('botsDelete', { onDone: () => navigate({ to: '/o/$org/bots', params: { org } }) });
  return (
    <Reading of={bot}>
      {(one) => (
        <Page
          title={one.name}
          lead={
            <span className="row">
              <BotKind bot={one} />
              {one.decidedUpTo ? (
                <span>
                  {t('decided up to')} <Moment at={one.decidedUpTo} /> ({zoneName()})
                </span>
              ) : null}
            </span>
          }
          actions={
            !may ? null : (
              <>
                <Duplicate bot={one} />
                <RunBot bot={one} />
                {one.status === 'stopped' || one.status === 'halted' ? (
                  <Confirm
                    label={t('Delete')}
                    question={t('Delete {name} with its trades?', { name: one.name })}
                    typed={one.name}
                    onYes={() => remove.mutate({ botId })}
                  />
                ) : null}
              </>
            )
          }
        >
          <ProblemNote error={remove.error} />
          <BotFigures bot={one} />
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
          {tab === undefined ? <BotChart bot={one} /> : null}
          {tab === 'trades' ? <Trades bot={one} /> : null}
          {tab === 'equity' ? <BotEquity botId={botId} /> : null}
          {tab === 'decisions' ? <BotDecisions botId={botId} /> : null}
          {tab === 'settings' ? <BotSettings bot={one} /> : null}
          {tab === 'ledger' ? <Ledger botId={botId} /> : null}
        </Page>
      )}
    </Reading>
  );
}
