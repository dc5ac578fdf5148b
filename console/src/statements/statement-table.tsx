import { Link, useParams } from '@tanstack/react-router';
import type { ServersStatementsOutput, Statement } from '@tidegate/client';
import { type Column, DataTable } from '../kernel/data-table.tsx';
import { bytes, exact, share, short, took } from '../kernel/format.ts';
import { t } from '../kernel/strings.ts';
import type { RangeSearch } from '../kernel/time-range.ts';

interface Props {
  items: Statement[];
  total: ServersStatementsOutput['total'];
  search: RangeSearch;
  sort?: string;
  onSort?: (key: string) => void;
  sortable?: readonly string[];
  more?: () => void;
}

export function StatementTable({ items, total, search, ...table }: Props) {
  const { org = '', serverId = '' } = useParams({ strict: false }) as { org?: string; serverId?: string };
  const columns: Column<Statement>[] = [
    {
      key: 'text',
      title: t('Statement'),
      wide: true,
      value: ({ text }) => text,
      cell: ({ statementId, text, queryId }) => (
        <Link
          className="mono"
          to="/o/$org/servers/$serverId/statements/$statementId"
          params={{ org, serverId, statementId }}
          search={search}
          title={text ?? ''}
        >
          {text?.replace(/\s+/g, ' ').slice(0, 200) ?? t('text not read yet ({queryId})', { queryId })}
        </Link>
      ),
    },
    {
      key: 'share',
      title: t('Share'),
      number: true,
      value: ({ totalMs }) => (total.totalMs > 0 ? totalMs / total.totalMs : null),
      cell: ({ totalMs }) => (total.totalMs > 0 ? share(totalMs / total.totalMs) : '–'),
    },
    {
      key: 'totalMs',
      title: t('Time'),
      number: true,
      value: ({ totalMs }) => totalMs,
      cell: ({ totalMs }) => took(totalMs),
    },
    {
      key: 'calls',
      title: t('Calls'),
      number: true,
      value: ({ calls }) => calls,
      cell: ({ calls }) => <span title={exact(calls)}>{short(calls)}</span>,
    },
    {
      key: 'meanMs',
      title: t('Mean'),
      number: true,
      value: ({ meanMs }) => meanMs,
      cell: ({ meanMs }) => took(meanMs),
    },
    { key: 'rows', title: t('Rows'), number: true, value: ({ rows }) => rows, cell: ({ rows }) => short(rows) },
    {
      key: 'ioReadMs',
      title: t('Reading'),
      number: true,
      hidden: true,
      value: ({ ioReadMs }) => ioReadMs,
      cell: ({ ioReadMs }) => took(ioReadMs),
    },
    {
      key: 'walBytes',
      title: t('WAL'),
      number: true,
      value: ({ walBytes }) => walBytes,
      cell: ({ walBytes }) => bytes(walBytes),
    },
    { key: 'database', title: t('Database'), value: ({ database }) => database },
    { key: 'role', title: t('Role'), value: ({ role }) => role },
  ];
  return (
    <DataTable
      name={t('Statements')}
      rows={items}
      columns={columns}
      rowKey={({ statementId }) => statementId}
      {...table}
    />
  );
}
