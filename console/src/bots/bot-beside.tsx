import { Link } from '@tanstack/react-router';
import { useOrg, useRead } from '../kernel/api.ts';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { BotChart } from './bot-chart.tsx';
import { BotFigures } from './bot-figures.tsx';
import { BotKind } from './bot-kind.tsx';
import { RunBot } from './run-bot.tsx';

/** A bot beside the list of all: how it stands, and its prices with its levels. Everything else is on its page. */
export function BotBeside({ botId }: { botId: string }) {
  const org = useOrg();
  const bot = useRead('botsGet', { botId }, { everyMs: 5_000 });
  return (
    <Reading of={bot}>
      {(one) => (
        <div className="stack">
          <h3>{one.name}</h3>
          <p className="row">
            <BotKind bot={one} />
          </p>
          <div className="row">
            <Link to="/o/$org/bots/$botId" params={{ org, botId }}>
              {t('Open its page')}
            </Link>
            <RunBot bot={one} />
          </div>
          <BotFigures bot={one} />
          <BotChart bot={one} part="levels" />
        </div>
      )}
    </Reading>
  );
}
