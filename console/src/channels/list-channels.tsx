import { Button } from '@mantine/core';
import type { Channel } from '@tidegate/client';
import { channelsListSort } from '@tidegate/client/generated/choices';
import { useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { useMay } from '../kernel/may.tsx';
import { newestError } from '../kernel/newest-error.rules.ts';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { AddChannel } from './add-channel.tsx';
import { EditChannel } from './edit-channel.tsx';
import { ListDeliveries } from './list-deliveries.tsx';
import { noticeWords } from './notice-words.ts';

const KINDS: Record<Channel['kind'], string> = { email: 'E-mail', webhook: 'Webhook' };
const MARKS: Record<Channel['state'], Mark> = { active: 'ok', disabled: 'paused', unconfirmed: 'pending' };
export function ListChannels() {
  const channels = useSortedPages(
    'channelsList',
    { limit: 100, count: true },
    { sorts: channelsListSort, everyMs: 15_000 },
  );
  const may = useMay()('channelsUpdate');
  const test = useWrite('channelsTest');
  const update = useWrite('channelsUpdate');
  const confirm = useWrite('channelsResendConfirmation');
  const remove = useWrite('channelsDelete');
  const columns: Column<Channel>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    { key: 'kind', title: t('Kind'), value: ({ kind }) => t(KINDS[kind]) },
    { key: 'where', title: t('Where to'), wide: true, value: ({ address, url }) => address ?? url },
    {
      key: 'state',
      title: t('State'),
      value: ({ state }) => state,
      cell: ({ state }) => <StateMark mark={MARKS[state]}>{t(state)}</StateMark>,
    },
    { key: 'events', title: t('Of what'), wide: true, value: ({ events }) => events.map(noticeWords).join(', ') },
    ...(may
      ? [
          {
            key: 'do',
            title: '',
            value: () => null,
            cell: (channel: Channel) => {
              const { id, name, state } = channel;
              return (
                <span className="row">
                  <Button size="compact-sm" variant="default" onClick={() => test.mutate({ channelId: id })}>
                    {t('Test')}
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => update.mutate({ channelId: id, state: state === 'active' ? 'disabled' : 'active' })}
                  >
                    {state === 'active' ? t('Switch off') : t('Switch on')}
                  </Button>
                  <EditChannel of={channel} />
                  {state === 'unconfirmed' ? (
                    <Button size="compact-sm" variant="default" onClick={() => confirm.mutate({ channelId: id })}>
                      {t('Send the confirmation again')}
                    </Button>
                  ) : null}
                  <Confirm
                    label={t('Delete')}
                    question={t('Delete the channel {name}?', { name })}
                    consequence={t('Nothing more is sent to it, and the list of what was sent to it goes with it.')}
                    onYes={() => remove.mutate({ channelId: id })}
                  />
                </span>
              );
            },
          } satisfies Column<Channel>,
        ]
      : []),
  ];
  return (
    <Page title={t('Notifications')} actions={may ? <AddChannel /> : null}>
      <ProblemNote error={newestError(test, confirm, update, remove)} />
      <Reading of={channels}>
        {({ items, more, first }) =>
          items.length === 0 ? (
            <Empty title={t('Nobody is told anything yet')}>{t('Add a mail address or a webhook.')}</Empty>
          ) : (
            <DataTable
              {...channels.table}
              name={t('Channels')}
              rows={items}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
              total={first.total}
            />
          )
        }
      </Reading>
      <ListDeliveries channels={channels.data?.items ?? []} />
    </Page>
  );
}
