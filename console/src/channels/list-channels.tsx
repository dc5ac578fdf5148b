import { Button } from '@mantine/core';
import type { Channel, Delivery } from '@tidegate/client';
import { usePages, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { type Mark, StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { AddChannel } from './add-channel.tsx';

const MARKS: Record<Channel['state'], Mark> = { active: 'ok', disabled: 'paused', unconfirmed: 'pending' };
const DELIVERY_MARKS: Record<Delivery['state'], Mark> = {
  pending: 'pending',
  delivered: 'ok',
  failed: 'critical',
  quota_exhausted: 'warning',
  cancelled: 'stale',
};

export function ListChannels() {
  const channels = usePages('channelsList', { limit: 100 }, { everyMs: 15_000 });
  const deliveries = usePages('deliveriesList', { limit: 25 }, { everyMs: 15_000 });
  const test = useWrite('channelsTest');
  const update = useWrite('channelsUpdate');
  const remove = useWrite('channelsDelete');
  const retry = useWrite('deliveriesRetry');
  const columns: Column<Channel>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    { key: 'kind', title: t('Kind'), value: ({ kind }) => kind },
    { key: 'where', title: t('Where to'), wide: true, value: ({ address, url }) => address ?? url },
    {
      key: 'state',
      title: t('State'),
      value: ({ state }) => state,
      cell: ({ state }) => <StateMark mark={MARKS[state]}>{t(state)}</StateMark>,
    },
    { key: 'events', title: t('Of what'), wide: true, value: ({ events }) => events.join(', ') },
    {
      key: 'do',
      title: '',
      value: () => null,
      cell: ({ id, name, state }) => (
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
          <Confirm
            label={t('Delete')}
            question={t('Delete the channel {name}?', { name })}
            onYes={() => remove.mutate({ channelId: id })}
          />
        </span>
      ),
    },
  ];
  const sent: Column<Delivery>[] = [
    {
      key: 'at',
      title: t('Time'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    { key: 'event', title: t('Of what'), value: ({ event }) => event },
    {
      key: 'state',
      title: t('State'),
      value: ({ state }) => state,
      cell: ({ state }) => <StateMark mark={DELIVERY_MARKS[state]}>{t(state)}</StateMark>,
    },
    { key: 'attempts', title: t('Attempts'), number: true, value: ({ attempts }) => attempts },
    {
      key: 'error',
      title: t('Why'),
      value: ({ lastError, lastStatus }) => [lastError, lastStatus].filter(Boolean).join(' ') || null,
    },
    {
      key: 'retry',
      title: '',
      value: () => null,
      cell: ({ id, state }) =>
        state === 'delivered' || state === 'pending' ? null : (
          <Button size="compact-sm" variant="default" onClick={() => retry.mutate({ deliveryId: id })}>
            {t('Send again')}
          </Button>
        ),
    },
  ];
  return (
    <Page title={t('Notifications')} actions={<AddChannel />}>
      <ProblemNote error={test.error ?? update.error ?? remove.error ?? retry.error} />
      <Reading of={channels}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('Nobody is told anything yet')}>{t('Add a mail address or a webhook.')}</Empty>
          ) : (
            <DataTable name={t('Channels')} rows={items} columns={columns} rowKey={({ id }) => id} more={more} />
          )
        }
      </Reading>
      <h2>{t('What was sent')}</h2>
      <Reading of={deliveries}>
        {({ items, more }) => (
          <DataTable name={t('Deliveries')} rows={items} columns={sent} rowKey={({ id }) => id} more={more} />
        )}
      </Reading>
    </Page>
  );
}
