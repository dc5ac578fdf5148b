import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Server } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { Age } from '../kernel/moment.tsx';
import { Page } from '../kernel/page.tsx';
import { Reading } from '../kernel/reading.tsx';
import { t } from '../kernel/strings.ts';
import { ServerState, severityOf } from './server-state.tsx';

export function ListServers() {
  const org = useOrg();
  const servers = usePages('serversList', { limit: 100 }, { everyMs: 10_000 });
  const columns: Column<Server>[] = [
    { key: 'state', title: t('State'), value: severityOf, cell: (server) => <ServerState server={server} /> },
    {
      key: 'name',
      title: t('Name'),
      value: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link to="/o/$org/servers/$serverId" params={{ org, serverId: id }}>
          {name}
        </Link>
      ),
    },
    { key: 'address', title: t('Address'), value: ({ host, port }) => `${host}:${port}` },
    { key: 'database', title: t('Database'), value: ({ database }) => database },
    { key: 'version', title: t('Version'), value: ({ version }) => version },
    { key: 'tls', title: t('Encryption'), value: ({ tlsMode }) => tlsMode, hidden: true },
    {
      key: 'seen',
      title: t('Last snapshot'),
      value: ({ lastCollectedAt }) => lastCollectedAt,
      cell: ({ lastCollectedAt }) => (lastCollectedAt ? <Age at={lastCollectedAt} /> : t('never')),
    },
  ];
  return (
    <Page
      title={t('Servers')}
      actions={
        <Button renderRoot={(props) => <Link to="/o/$org/servers/new" params={{ org }} {...props} />}>
          {t('Add a server')}
        </Button>
      }
    >
      <Reading of={servers}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No server is watched yet')}>
              {t('Tidegate needs an address and a role with pg_monitor. It runs no extension of its own.')}
            </Empty>
          ) : (
            <DataTable
              name={t('Servers')}
              rows={items.toSorted((a, b) => severityOf(b) - severityOf(a))}
              columns={columns}
              rowKey={({ id }) => id}
              more={more}
            />
          )
        }
      </Reading>
    </Page>
  );
}
