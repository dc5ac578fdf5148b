import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { useOrg, useWrite } from '../kernel/api.ts';
import { useMay } from '../kernel/may.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';
import { StopBot } from './stop-bot.tsx';

/** Edits, starts or stops it, for those who may; what was refused stands below. */
export function RunBot({ bot: { id, name, status, openTradeId } }: { bot: Bot }) {
  const org = useOrg();
  const start = useWrite('botsStart');
  if (!useMay()('botsStart')) return null;
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        renderRoot={(props) => <Link to="/o/$org/bots/$botId/edit" params={{ org, botId: id }} {...props} />}
      >
        {t('Edit')}
      </Button>
      {status === 'running' || status === 'stopping' ? (
        <StopBot bot={{ id, name, openTradeId }} />
      ) : (
        <Button size="compact-sm" loading={start.isPending} onClick={() => start.mutate({ botId: id })}>
          {t('Start')}
        </Button>
      )}
      <ProblemNote error={start.error} />
    </>
  );
}
