import { Link } from '@tanstack/react-router';
import type { BotLine } from '@tidegate/client';
import { useOrg } from '../kernel/api.ts';
import { exact } from '../kernel/format.ts';
import { Age } from '../kernel/moment.tsx';
import { Profit } from '../kernel/profit.tsx';
import { t } from '../kernel/strings.ts';
import { BotState } from '../ladder/bot-state.tsx';
import { ProfitSpark } from '../ladder/profit-spark.tsx';
import classes from './show-overview.module.css';

/** How each bot stands, by what it earned. */
export function BotsAtAGlance({ bots, total }: { bots: readonly BotLine[]; total: number }) {
  const org = useOrg();
  return (
    <>
      <h2>{t('Bots')}</h2>
      <ul className={classes['rows']}>
        {bots.map((bot) => (
          <OneBot key={bot.id} bot={bot} />
        ))}
      </ul>
      {total > bots.length ? (
        <p>
          <Link to="/o/$org/bots" params={{ org }}>
            {t('All {count} bots', { count: exact(total) })}
          </Link>
        </p>
      ) : null}
    </>
  );
}

function OneBot({ bot }: { bot: BotLine }) {
  const org = useOrg();
  const { id, name, status, mode, settings, profit, openProfit, currency, ranAt } = bot;
  return (
    <li>
      <Link to="/o/$org/bots/$botId" params={{ org, botId: id }}>
        {name}
      </Link>
      <ProfitSpark bot={bot} />
      <span className="row">
        <BotState status={status} /> <Profit amount={profit} currency={currency} />
        {openProfit === null ? null : (
          <span className="quiet">
            {t('Open profit')} <Profit amount={openProfit} currency={currency} />
          </span>
        )}
      </span>
      <span className="quiet">
        {settings.market} {mode.toUpperCase()} · {ranAt ? <Age at={ranAt} /> : t('never')}
      </span>
    </li>
  );
}
