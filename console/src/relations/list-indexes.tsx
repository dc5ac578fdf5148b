import { getRouteApi } from '@tanstack/react-router';
import type { MonitoredIndex } from '@tidegate/client';
import { usePages } from '../kernel/api.ts';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { Empty } from '../kernel/empty.tsx';
import { bytes, orDash, short } from '../kernel/format.ts';
import { Reading } from '../kernel/reading.tsx';
import { SearchBox } from '../kernel/search-box.tsx';
import { t } from '../kernel/strings.ts';
import { rangeOf } from '../kernel/time-range.ts';
import { useNow } from '../kernel/use-now.ts';
import { INDEX_SORTS } from './table-sorts.ts';

const route = getRouteApi('/o/$org/servers/$serverId/indexes');

export function ListIndexes() {
  const { serverId } = route.useParams();
  const { search, sort = 'bytes', ...range } = route.useSearch();
  const navigate = route.useNavigate();
  const indexes = usePages('serversIndexes', {
    serverId,
    ...rangeOf(range, useNow(60_000)),
    limit: 100,
    sort,
    ...(search ? { search } : {}),
  });
  return (
    <>
      <SearchBox
        label={t('Search indexes')}
        value={search}
        onSearch={(text) => void navigate({ search: (before) => ({ ...before, search: text }) })}
      />
      <Reading of={indexes}>
        {({ items, more }) =>
          items.length === 0 ? (
            <Empty title={t('No index is like that')}>
              {t('Indexes are read once a minute, database by database; a new server has them within some minutes.')}
            </Empty>
          ) : (
            <DataTable
              name={t('Indexes')}
              rows={items}
              columns={indexColumns()}
              sort={sort}
              sortable={INDEX_SORTS}
              ascending={['name']}
              onSort={(key) => void navigate({ search: (before) => ({ ...before, sort: key as typeof sort }) })}
              rowKey={({ database, schema, name }) => `${database}.${schema}.${name}`}
              more={more}
            />
          )
        }
      </Reading>
    </>
  );
}

export const indexColumns = (): Column<MonitoredIndex>[] => [
  {
    key: 'name',
    title: t('Index'),
    value: ({ schema, name }) => `${schema}.${name}`,
    cell: ({ schema, name }) => <span className="identifier">{`${schema}.${name}`}</span>,
  },
  {
    key: 'table',
    title: t('Table'),
    value: ({ table }) => table,
    cell: ({ table }) => <span className="identifier">{table}</span>,
  },
  { key: 'database', title: t('Database'), value: ({ database }) => database },
  { key: 'columns', title: t('Columns of it'), wide: true, value: ({ columns: names }) => names.join(', ') },
  {
    key: 'bytes',
    title: t('Size'),
    number: true,
    value: (index) => index.bytes,
    cell: (index) => orDash(index.bytes, bytes),
  },
  { key: 'scans', title: t('Scans'), number: true, value: ({ scans }) => scans, cell: ({ scans }) => short(scans) },
  {
    key: 'rowsRead',
    title: t('Rows read'),
    number: true,
    value: ({ rowsRead }) => rowsRead,
    cell: ({ rowsRead }) => short(rowsRead),
  },
  {
    key: 'kind',
    title: t('Kind'),
    value: ({ primary, unique, valid }) =>
      valid ? (primary ? t('primary key') : unique ? t('unique') : '') : t('invalid'),
  },
  { key: 'method', title: t('Method'), hidden: true, value: ({ method }) => method },
];
