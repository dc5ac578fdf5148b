import type { OwnSession } from '@tidegate/client';
import { useOwnRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Moment } from '../kernel/moment.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { deviceName } from './device.rules.ts';

export function ListSessions() {
  const sessions = useOwnRead('sessionsList', { limit: 100 });
  const end = useWrite('sessionsRevoke', { org: null });
  const endOthers = useWrite('sessionsEndOthers', { org: null });
  const columns: Column<OwnSession>[] = [
    {
      key: 'device',
      title: t('Device'),
      value: ({ device }) => device,
      cell: ({ device }) => <span title={device ?? undefined}>{deviceName(device) ?? t('not known')}</span>,
    },
    { key: 'address', title: t('From'), value: ({ address }) => address },
    {
      key: 'used',
      title: t('Last used'),
      value: ({ lastUsedAt }) => lastUsedAt,
      cell: ({ lastUsedAt }) => <Moment at={lastUsedAt} />,
    },
    {
      key: 'started',
      title: t('Started'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    {
      key: 'until',
      title: t('Until'),
      hidden: true,
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => <Moment at={expiresAt} />,
    },
    {
      key: 'end',
      title: '',
      value: ({ current }) => (current ? t('this one') : null),
      cell: ({ id, current }) =>
        current ? (
          <StateMark mark="ok">{t('this one')}</StateMark>
        ) : (
          <Confirm
            label={t('End')}
            question={t('End this session?')}
            consequence={t('Whoever uses it has to log in again.')}
            onYes={() => end.mutate({ sessionId: id })}
          />
        ),
    },
  ];
  return (
    <>
      <ProblemNote error={newestError(end, endOthers)} />
      <Reading of={sessions}>
        {({ items }) => (
          <>
            <DataTable name={t('Sessions')} rows={items} columns={columns} rowKey={({ id }) => id} />
            {items.length > 1 ? (
              <Confirm
                label={t('End all others')}
                question={t('End all sessions but this one?')}
                consequence={t('Whoever uses one of them has to log in again.')}
                onYes={() => endOthers.mutate({})}
              />
            ) : null}
          </>
        )}
      </Reading>
    </>
  );
}
