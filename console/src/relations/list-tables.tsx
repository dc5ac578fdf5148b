import { getRouteApi, Link } from '@tanstack/react-router';
import type { MonitoredTable } from '@tidegate/client';
import { useOrg, usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { bytes, orDash, share, short } from '../kernel/format.ts';
import { Age } from '../kernel/moment.tsx';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { t } from '../kernel/strings.ts';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { TABLE_SORTS } from './table-sorts.ts';

const route = getRouteApi('/o/$org/servers/$serverId/tables');

export function ListTables() {
  const { serverId } = route.useParams();
  const { sort = 'totalBytes', search, ...range } = route.useSearch();
  const navigate = route.useNavigate();
  const tables = usePages('serversTables', {
    serverId,
    ...rangeOf(range, useNow(60_000)),
    sort,
    limit: 100,
    ...(search ? { search } : {}),
  });
  return (
    <>
      <SearchBox
        label={t('Search tables')}
        value={search}
        onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }) })}
      />
      <Reading of={tables}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No table is like that')}>
              {t('Tables are read once a minute, database by database; a new server has them within some minutes.')}
            </Empty>
          ) : (
            <DataTable
              name={t('Tables')}
              rows={items}
              columns={columns((table) => <TableLink range={range} table={table} />)}
              rowKey={({ database, schema, name }) => `${database}.${schema}.${name}`}
              sort={sort}
              sortable={TABLE_SORTS}
              ascending={['name']}
              onSort={(key) => void navigate({ search: (before) => ({ ...before, sort: key as typeof sort }) })}
              more={more}
            />
          )
        }
      </Reading>
    </>
  );
}

function TableLink({ range, table: { database, schema, name } }: { range: object; table: MonitoredTable }) {
  const org = useOrg();
  const { serverId } = route.useParams();
  return (
    <Link
      to="/o/$org/servers/$serverId/table"
      params={{ org, serverId }}
      search={{ ...range, database, schema, name } as never}
    >
      {schema}.{name}
    </Link>
  );
}

const columns = (link: (table: MonitoredTable) => React.ReactNode): Column<MonitoredTable>[] => [
  { key: 'name', title: t('Table'), value: ({ schema, name }) => `${schema}.${name}`, cell: link },
  { key: 'database', title: t('Database'), value: ({ database }) => database },
  {
    key: 'totalBytes',
    title: t('Size'),
    number: true,
    value: ({ totalBytes }) => totalBytes,
    cell: ({ totalBytes }) => orDash(totalBytes, bytes),
  },
  {
    key: 'indexBytes',
    title: t('Of it indexes'),
    number: true,
    value: ({ indexBytes }) => indexBytes,
    cell: ({ indexBytes }) => orDash(indexBytes, bytes),
  },
  {
    key: 'liveRows',
    title: t('Rows'),
    number: true,
    value: ({ liveRows }) => liveRows,
    cell: ({ liveRows }) => short(liveRows),
  },
  {
    key: 'deadRows',
    title: t('Dead rows'),
    number: true,
    value: ({ deadRows }) => deadRows,
    cell: ({ deadRows, liveRows }) => (
      <span title={deadRows + liveRows > 0 ? share(deadRows / (deadRows + liveRows)) : ''}>{short(deadRows)}</span>
    ),
  },
  {
    key: 'sequentialScans',
    title: t('Sequential scans'),
    number: true,
    value: ({ sequentialScans }) => sequentialScans,
    cell: ({ sequentialScans }) => short(sequentialScans),
  },
  {
    key: 'rowsReadSequentially',
    title: t('Rows read by them'),
    number: true,
    hidden: true,
    value: ({ rowsReadSequentially }) => rowsReadSequentially,
    cell: ({ rowsReadSequentially }) => short(rowsReadSequentially),
  },
  {
    key: 'indexScans',
    title: t('Index scans'),
    number: true,
    value: ({ indexScans }) => indexScans,
    cell: ({ indexScans }) => short(indexScans),
  },
  {
    key: 'writes',
    title: t('Rows written'),
    number: true,
    value: ({ rowsInserted, rowsUpdated, rowsDeleted }) => rowsInserted + rowsUpdated + rowsDeleted,
    cell: ({ rowsInserted, rowsUpdated, rowsDeleted }) => short(rowsInserted + rowsUpdated + rowsDeleted),
  },
  {
    key: 'vacuum',
    title: t('Last vacuum'),
    value: ({ lastVacuumAt }) => lastVacuumAt,
    cell: ({ lastVacuumAt }) => (lastVacuumAt ? <Age at={lastVacuumAt} /> : '–'),
  },
  {
    key: 'analyze',
    title: t('Last analyze'),
    hidden: true,
    value: ({ lastAnalyzeAt }) => lastAnalyzeAt,
    cell: ({ lastAnalyzeAt }) => (lastAnalyzeAt ? <Age at={lastAnalyzeAt} /> : '–'),
  },
];
