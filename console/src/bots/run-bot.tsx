import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { useOrg } from '../kernel/api.ts';
import { useMay } from '../kernel/may.tsx';
import { t } from '../kernel/strings.ts';
import { StartBot } from './start-bot.tsx';
import { StopBot } from './stop-bot.tsx';

/** Edits, starts or stops it, for those who may; what was refused stands below. */
export function RunBot({ bot }: { bot: Bot }) {
  const org = useOrg();
  if (!useMay()('botsStart')) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        renderRoot={(props) => <Link to="/o/$org/bots/$botId/edit" params={{ org, botId: bot.id }} {...props} />}
      >
        {t('Edit')}
      </Button>
      {bot.status === 'running' || bot.status === 'stopping' ? <StopBot bot={bot} /> : <StartBot bot={bot} />}
    </>
  );
}
