import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Bot } from '@tidegate/client';
import { useOrg, useWrite } from '../kernel/api.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { t } from '../kernel/strings.ts';

/** Another bot of the same settings, stopped, to be edited before it starts. */
export function Duplicate({ bot: { id, name } }: { bot: Pick<Bot, 'id' | 'name'> }) {
  const org = useOrg();
  const navigate = useNavigate();
  const duplicate = useWrite('botsDuplicate', {
    onDone: (made) => navigate({ to: '/o/$org/bots/$botId/edit', params: { org, botId: made.id } }),
  });
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        loading={duplicate.isPending}
        onClick={() => duplicate.mutate({ botId: id, name: t('Copy of {name}', { name }).slice(0, 100) })}
      >
        {t('Duplicate')}
      </Button>
      <ProblemNote error={duplicate.error} />
    </>
  );
}
