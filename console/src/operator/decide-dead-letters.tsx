import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { DeadLetter, ServiceDeadLettersListInput } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';

const route = getRouteApi('/o/$org/operator/services/$service');

/** What a service could not handle: replayed once its cause is mended, or discarded. */
export function DecideDeadLetters() {
  const service = route.useParams().service as ServiceDeadLettersListInput['service'];
  const letters = usePages('serviceDeadLettersList', { service, limit: 50 }, { everyMs: 30_000 });
  const replay = useWrite('serviceDeadLettersReplay');
  const discard = useWrite('serviceDeadLettersDiscard');
  const columns: Column<DeadLetter>[] = [
    { key: 'at', title: t('Died'), value: ({ diedAt }) => diedAt, cell: ({ diedAt }) => <Moment at={diedAt} /> },
    { key: 'type', title: t('Event'), value: ({ type }) => type },
    { key: 'aggregate', title: t('About'), value: ({ aggregate }) => aggregate },
    { key: 'error', title: t('Why'), value: ({ error }) => error, wide: true },
    { key: 'attempts', title: t('Attempts'), value: ({ attempts }) => attempts, number: true },
    {
      key: 'decide',
      title: '',
      value: () => null,
      cell: ({ id, type }) => (
        <span className="row">
          <Button
            size="compact-sm"
            loading={replay.isPending && replay.variables.deadLetterId === id}
            onClick={() => replay.mutate({ service, deadLetterId: id })}
          >
            {t('Replay')}
          </Button>
          <Confirm
            label={t('Discard')}
            question={t('Discard {type}?', { type })}
            consequence={t('What it says never reaches this service. The log keeps it.')}
            onYes={() => discard.mutate({ service, deadLetterId: id, reason: t('discarded in the console') })}
          />
        </span>
      ),
    },
  ];
  return (
    <Page
      title={t('Dead letters of {service}', { service })}
      lead={t('Mend the cause, then replay. A letter stays when it fails again.')}
    >
      <ProblemNote error={newestError(replay, discard)} />
      <Reading of={letters}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('Nothing failed')} />
          ) : (
            <DataTable name={t('Dead letters')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
    </Page>
  );
}
