import type { SharedLink } from '@tidegate/client';
import { linksListSort } from '@tidegate/client/generated/choices';
import { useRead, useWrite } from '../kernel/api.ts';
import { Confirm } from '../kernel/confirm.tsx';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { day } from '../kernel/format.ts';
import { useMay } from '../kernel/may.tsx';
import { Moment } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { ProblemNote } from '../kernel/problem-note.tsx';
import { Reading } from '../kernel/reading.tsx';
import { useSortedPages } from '../kernel/sorted-pages.ts';
import { t } from '../kernel/strings.ts';
import { CreateLink } from './create-link.tsx';

const KINDS = { server: 'Server', bot: 'Bot' } as const;

export function ListLinks() {
  const links = useSortedPages('linksList', { limit: 100, count: true }, { sorts: linksListSort });
  const servers = useRead('serversList', { limit: 200 }).data?.items ?? [];
  const bots = useRead('botsList', { limit: 200 }).data?.items ?? [];
  const may = useMay()('linksRevoke');
  const revoke = useWrite('linksRevoke');
  const names = new Map([...servers, ...bots].map(({ id, name }) => [id, name]));
  const columns: Column<SharedLink>[] = [
    { key: 'name', title: t('Name'), value: ({ name }) => name },
    {
      key: 'thing',
      title: t('Shows'),
      value: ({ kind, thingId }) => `${t(KINDS[kind])} ${names.get(thingId) ?? thingId}`,
    },
    {
      key: 'created',
      title: t('Created'),
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} as={day} />,
    },
    {
      key: 'until',
      title: t('Until'),
      value: ({ expiresAt }) => expiresAt,
      cell: ({ expiresAt }) => (expiresAt ? <Moment at={expiresAt} as={day} /> : t('until it is revoked')),
    },
    ...(may
      ? [
          {
            key: 'revoke',
            title: '',
            value: () => null,
            cell: ({ id, name }: SharedLink) => (
              <Confirm
                label={t('Revoke')}
                question={t('Revoke the link {name}?', { name })}
                consequence={t('Whoever has it sees nothing any more, at once.')}
                onYes={() => revoke.mutate({ linkId: id })}
              />
            ),
          } satisfies Column<SharedLink>,
        ]
      : []),
  ];
  return (
    <Page
      title={t('Shared links')}
      lead={t('One server or bot for people without an account: they see its pages and change nothing.')}
      actions={may ? <CreateLink servers={servers} bots={bots} /> : null}
    >
      <ProblemNote error={revoke.error} />
      <Reading of={links}>
        {({ items, more, first }) =>
          items.length === 0 ? (
            <Empty title={t('Nothing is shared')}>
              {t('A link is shown once, works until you revoke it, and can end by itself.')}
            </Empty>
          ) : (
            <DataTable
              {...links.table}
              name={t('Shared links')}
              rows={items}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
              total={first.total}
            />
          )
        }
      </Reading>
    </Page>
  );
}
