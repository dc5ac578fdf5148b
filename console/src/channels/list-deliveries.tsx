import { Button, NativeSelect } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import type { Channel, Delivery } from '@tidegate/client';
import { deliveriesListSort } from '@tidegate/client/generated/choices';
import { useWrite } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { useOpened } from '../kernel/opened.ts';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { WithPanel } from '../kernel/side-panel.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { StateMark } from '../kernel/state-mark.tsx';
import { t } from '../kernel/strings.ts';
import { DELIVERY_STATES } from './channels.routes.ts';
import { whyNot } from './delivery-words.ts';
import { noticeWords } from './notice-words.ts';
import { DELIVERY_MARKS, ShowDelivery } from './show-delivery.tsx';

const route = getRouteApi('/o/$org/channels');

/** What was sent and what waits, of all channels or one, in every state or one. */
export function ListDeliveries({ channels }: { channels: Channel[] }) {
  const { channel, state } = route.useSearch();
  const navigate = route.useNavigate();
  const wanted = { ...(channel ? { channelId: channel } : {}), ...(state ? { state } : {}) };
  const deliveries = useSortedPages(
    'deliveriesList',
    { limit: 25, ...wanted },
    { sorts: deliveriesListSort, part: 'deliveries', everyMs: 15_000 },
  );
  const may = useMay()('deliveriesRetry');
  const retry = useWrite('deliveriesRetry');
  const { opened, open } = useOpened();
  const names = new Map(channels.map(({ id, name }) => [id, name]));
  const columns: Column<Delivery>[] = [
    {
      key: 'created',
      title: t('Time'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
    },
    { key: 'channel', title: t('Channel'), value: ({ channelId }) => names.get(channelId) ?? channelId },
    { key: 'event', title: t('Of what'), value: ({ event }) => noticeWords(event) },
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
      value: (one) => whyNot(one)?.what ?? null,
    },
    {
      key: 'retry',
      title: '',
      value: () => null,
      cell: ({ id, state }) =>
        !may || state === 'delivered' || state === 'pending' ? null : (
          <Button size="compact-sm" variant="default" onClick={() => retry.mutate({ deliveryId: id })}>
            {t('Send again')}
          </Button>
        ),
    },
  ];
  return (
    <>
      <h2>{t('What was sent')}</h2>
      <div className="row">
        <NativeSelect
          mb="sm"
          aria-label={t('Channel')}
          data={[
            { value: '', label: t('Every channel') },
            ...channels.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={channel ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: (before) => ({ ...before, channel: value || undefined }) })
          }
        />
        <NativeSelect
          mb="sm"
          aria-label={t('State')}
          data={[
            { value: '', label: t('Every state') },
            ...DELIVERY_STATES.map((one) => ({ value: one, label: t(one) })),
          ]}
          value={state ?? ''}
          onChange={({ currentTarget: { value } }) =>
            void navigate({ search: (before) => ({ ...before, state: DELIVERY_STATES.find((one) => one === value) }) })
          }
        />
      </div>
      <ProblemNote error={retry.error} />
      <Reading of={deliveries}>
        {({ items, more }) => (
          <WithPanel
            title={t('Delivery')}
            panel={(deliveryId) => <ShowDelivery deliveryId={deliveryId} channels={channels} />}
          >
            <DataTable
              part="deliveries"
              {...deliveries.table}
              name={t('Deliveries')}
              rows={items}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
              opens={{ open, label: ({ event }) => t('Beside the list: {text}', { text: noticeWords(event) }) }}
              {...(opened ? { selected: opened } : {})}
            />
          </WithPanel>
        )}
      </Reading>
    </>
  );
}
